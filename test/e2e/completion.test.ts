import { setTimeout as sleep } from 'node:timers/promises';
import { handOver } from '../../directory/store/intents';
import { resourceKey } from '../../directory/store/keys';
import { recordEdits } from '../../directory/memberships/member-edits';
import { meteredScope } from '../directory/support';
import { Client } from '../support/client';

/** What a request would leave behind that had no time for all of a large change: the stream leads the function `completion` to it. */
const { scope, close } = meteredScope();

afterAll(close);

/** A group of one member, which is to go, and a hundred who are to come in its place: committed, and left to whoever comes next. */
async function leaveChange(client: Client, displayName: string) {
  const users = await Promise.all(
    Array.from({ length: 101 }, (_, index) => client.user(`${displayName} ${index}`)),
  );
  const [leaving, ...coming] = users.map(
    ({ id }) => ({ value: String(id), type: 'User' }) as const,
  );
  const group = await client.group(displayName, [String(leaving?.value)]);
  const own = { ...scope, connection: client.id };
  const edits = [
    ...coming.map((member) => ({ kind: 'add', member }) as const),
    { kind: 'remove', memberId: String(leaving?.value) } as const,
  ];
  const intent = await recordEdits(own, group.id, edits);
  const key = resourceKey(client.id, 'Group', group.id);
  await own.table.write([{ update: key, set: { pending: intent }, add: { members: 99 } }]);
  return { own, group, key, intent };
}

test('who searches completes what is to be shown', async () => {
  const client = await Client.connect('generic');
  const { group } = await leaveChange(client, 'Searched');
  const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] };
  const { body } = await client.post('/.search', {
    ...search,
    filter: 'displayName eq "Searched"',
  });
  expect(body.Resources[0].members).toHaveLength(100);
  expect(body.Resources[0].id).toBe(group.id);
  // And those who are found by an index are read together.
  const filter = 'userName eq "Searched 1" or userName eq "Searched 2"';
  expect((await client.post('/.search', { ...search, filter })).body.totalResults).toBe(2);
});

test('what a request hands over is completed without anybody asking for it', async () => {
  const client = await Client.connect('generic');
  const { own, group, key, intent } = await leaveChange(client, 'Handed over');
  await handOver(own.table, { connection: client.id, id: intent });
  for (
    let attempt = 0;
    attempt < 100 && (await own.table.get(key))?.['pending'] !== undefined;
    attempt += 1
  ) {
    await sleep(100);
  }
  expect((await own.table.get(key))?.['pending']).toBeUndefined();
  expect(await client.memberIds(group.id)).toHaveLength(100);
});
