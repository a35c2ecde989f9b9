import { Connections } from '../../directory/connections/connections';
import type { DynamoDB } from '../../directory/store/dynamodb';
import { Table } from '../../directory/store/table';
import { Users } from '../../directory/users';
import { USER } from '../../scim/schema/resource-type';
import { server } from '../support/client';
import { ACT, connectionWith, meteredScope } from './support';

/** Every call is made twice, as it is when the first answer is lost: the second one meets what the first one wrote. */
const { scope: undisturbed, client, close } = meteredScope();
const twice: DynamoDB = {
  async call(operation, input, options) {
    await client.call(operation, input, options);
    return client.call(operation, input, options);
  },
};
const scope = { ...undisturbed, table: new Table(twice, server().tableName) };

afterAll(close);

test('a change of a user whose answer is lost is made once and known as made', async () => {
  const users = new Users(scope, USER, 'retain');
  const user = await users.create({ userName: 'lost' });
  let attempts = 0;
  const changed = await users.change(user.id, ({ attributes }) => {
    attempts += 1;
    return { ...attributes, title: `T${attempts}` };
  });
  expect([attempts, changed.attributes['title']]).toEqual([1, 'T1']);
  expect((await users.get(user.id)).version).toBe(changed.version);
});

test('so is a connection, when it is added and when it is changed', async () => {
  const connections = new Connections(scope.table);
  const id = scope.connection.slice(0, 20);
  expect(await connections.add(connectionWith({ id, displayName: 'D' }), ACT)).toBe(true);
  const changed = await connections.change(id, ACT, (current) => ({
    ...current,
    displayName: `${current.displayName}+`,
  }));
  expect([changed?.displayName, (await connections.find(id))?.displayName]).toEqual(['D+', 'D+']);
});
