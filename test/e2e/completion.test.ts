import { handOver } from '../../directory/store/intents';
import { resourceKey } from '../../directory/store/keys';
import { recordEdits } from '../../directory/memberships/member-edits';
import { meteredTenant } from '../directory/support';
import { Client } from '../support/client';
import { eventually } from '../support/own-server';

/** Large changes that a request could not finish in time. The stream triggers `completion`. */
const { tenant: baseTenant, close } = meteredTenant();

afterAll(close);

/**
 * Commits member edits without applying them, as an interrupted request would. The edits replace
 * the only member of a group with a hundred others.
 */
async function leavePendingEdits(client: Client, displayName: string) {
  const users = await client.users(101, (index) => `${displayName} ${index}`);
  const [leaving, ...joining] = users.map(
    ({ id }) => ({ value: String(id), type: 'User' }) as const,
  );
  const group = await client.group(displayName, [String(leaving?.value)]);
  const tenant = { ...baseTenant, connection: client.id };
  const edits = [
    ...joining.map((member) => ({ kind: 'add', member }) as const),
    { kind: 'remove', memberId: String(leaving?.value) } as const,
  ];
  const intent = await recordEdits(tenant, group.id, edits);
  const key = resourceKey(client.id, 'Group', group.id);
  await tenant.table.write([{ update: key, set: { pending: intent }, add: { members: 99 } }]);
  return { tenant, group, key, intent };
}

test('a search completes pending member edits before it returns the group', async () => {
  const client = await Client.connect('generic');
  const { group } = await leavePendingEdits(client, 'Searched');
  const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] };
  const { body } = await client.post('/.search', {
    ...search,
    filter: 'displayName eq "Searched"',
  });
  expect(body.Resources[0].members).toHaveLength(100);
  expect(body.Resources[0].id).toBe(group.id);
  // Users that an index finds are read in one batch.
  const filter = 'userName eq "Searched 1" or userName eq "Searched 2"';
  expect((await client.post('/.search', { ...search, filter })).body.totalResults).toBe(2);
});

test('an intent that a request hands over is completed without another request', async () => {
  const client = await Client.connect('generic');
  const { tenant, group, key, intent } = await leavePendingEdits(client, 'Handed over');
  await handOver(tenant.table, { connection: client.id, id: intent });
  await eventually(
    async () => (await tenant.table.get(key))?.['pending'],
    (pending) => pending === undefined,
  );
  expect(await client.memberIds(group.id)).toHaveLength(100);
});
