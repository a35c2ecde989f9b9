import { Connections } from '../../directory/connections/connections';
import type { DynamoDB } from '../../directory/store/client/dynamodb';
import { Table } from '../../directory/store/table';
import { Users } from '../../directory/users';
import { USER } from '../../scim/schema/resource-type';
import { server } from '../support/client';
import { ACT, connectionWith, meteredTenant } from './support';

/**
 * Makes every call twice, as a retry after a lost response does: the second call meets what the
 * first one wrote.
 */
const { tenant: undisturbed, client, close } = meteredTenant();
const twice: DynamoDB = {
  async call(operation, input, options) {
    await client.call(operation, input, options);
    return client.call(operation, input, options);
  },
};
const tenant = { ...undisturbed, table: new Table(twice, server().tableName) };

afterAll(close);

test('a change to a user is made once and reported as made if the response is lost', async () => {
  const users = new Users(tenant, USER, 'retain');
  const user = await users.create({ userName: 'lost' });
  let attempts = 0;
  const changed = await users.change(user.id, ({ attributes }) => {
    attempts += 1;
    return { ...attributes, title: `T${attempts}` };
  });
  expect([attempts, changed.attributes['title']]).toEqual([1, 'T1']);
  expect((await users.get(user.id)).version).toBe(changed.version);
});

test('a connection is added once and changed once if responses are lost', async () => {
  const connections = new Connections(tenant.table);
  const id = tenant.connection.slice(0, 20);
  expect(await connections.add(connectionWith({ id, displayName: 'D' }), ACT)).toBe(true);
  const changed = await connections.change(id, ACT, (current) => ({
    ...current,
    displayName: `${current.displayName}+`,
  }));
  expect([changed?.displayName, (await connections.find(id))?.displayName]).toEqual(['D+', 'D+']);
});
