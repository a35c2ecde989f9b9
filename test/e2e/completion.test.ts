import { setTimeout as sleep } from 'node:timers/promises';
import { handOver } from '../../directory/intents';
import { resourceKey } from '../../directory/keys';
import { recordEdits } from '../../directory/member-edits';
import { meteredScope } from '../directory/support';
import { Client } from '../support/client';

/** What a request would leave behind that had no time for all of a large change: the stream leads the function `completion` to it. */
const { scope, close } = meteredScope();

afterAll(close);

test('what a request hands over is completed without anybody asking for it', async () => {
  const client = await Client.connect('generic');
  const users = await Promise.all(Array.from({ length: 100 }, (_, index) => client.user(`handed${index}`)));
  const group = await client.group('Handed over');
  const own = { ...scope, connection: client.id };
  const edits = users.map(({ id }) => ({ kind: 'add', member: { value: String(id), type: 'User' } }) as const);
  const intent = await recordEdits(own, group.id, edits);
  const key = resourceKey(client.id, 'Group', group.id);
  await own.table.write([{ update: key, set: { pending: intent }, add: { members: 100 } }]);
  await handOver(own.table, { connection: client.id, id: intent });
  for (let attempt = 0; attempt < 100 && (await own.table.get(key))?.['pending'] !== undefined; attempt += 1) {
    await sleep(100);
  }
  expect((await own.table.get(key))?.['pending']).toBeUndefined();
  expect(await client.memberIds(group.id)).toHaveLength(100);
});
