import { Duration } from 'aws-cdk-lib';
import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import { setTimeout as sleep } from 'node:timers/promises';
import { admin, Client, USER, type Body } from '../support/client';
import { FaultySystem } from './faulty-system';
import { deliver as deliverTo } from './stream-delivery';

/*
 * The reader of the table's stream: whatever Lambda delivers again, after failures, deaths and
 * upgrades, is logged and counted once. After an upgrade, the stream starts at its oldest record.
 */

let system: FaultySystem;

beforeAll(async () => {
  system = await FaultySystem.start(undefined, {
    failureMail: { sender: 'scim@acme.example', window: Duration.seconds(1) },
  });
}, 60_000);

afterAll(() => system.stop());

const deliver = (records: readonly StreamRecord[]): Promise<void> => deliverTo(system, records);

async function entries(client: Client, kind: string): Promise<readonly Body[]> {
  const path = `/connections/${client.id}/requests?limit=200&kind=${kind}`;
  return (await admin('GET', path)).body.requests;
}

/** Sends the mails that are due, as the schedule and the stream do. */
async function mail(): Promise<void> {
  await system.clock.advance(2000);
  await system.invoke('Notifications', { task: 'report' });
}

test('records that come again after an erasure do not bring names back', async () => {
  const client = await Client.connect('okta');
  const { id } = await client.user('erased@acme.example');
  await client.delete(`/Users/${id}`);
  const records = await system.streamRecords();
  await deliver(records);
  expect(JSON.stringify(await entries(client, 'change'))).toContain('erased@acme.example');
  await admin('DELETE', `/connections/${client.id}/deletedUsers/${id}`);
  await system.recover();
  expect(JSON.stringify(await entries(client, 'change'))).not.toContain('erased@acme.example');
  await deliver(records);
  expect(JSON.stringify(await entries(client, 'change'))).not.toContain('erased@acme.example');
});

test('records that are delivered in pieces, again and after deaths count once', async () => {
  const recipient = 'it@acme.example';
  const client = await Client.connect('okta', { failureMail: { recipients: [recipient] } });
  const ids: string[] = [];
  for (let index = 0; index < 20; index += 1) {
    ids.push((await client.user(`user-${index}@acme.example`)).id);
    await client.post('/Users', { schemas: [USER], userName: 'user-0@acme.example' });
  }
  for (const id of ids.slice(0, 10)) {
    await client.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
  }
  for (const id of ids.slice(0, 5)) await client.delete(`/Users/${id}`);

  const records = await system.streamRecords();
  for (let start = 0; start < records.length; start += 7) {
    const batch = records.slice(start, start + 7);
    if (start % 3 === 0) {
      const died = system.invoke('Dispatcher', { Records: batch }).catch(() => undefined);
      await sleep(start % 5);
      await system.kill();
      await died;
    }
    await deliver(batch);
    await deliver(batch.slice(3));
  }
  // The reader of the new release starts with the oldest record.
  await deliver(records);
  await mail();
  await deliver(await system.streamRecords());
  await mail();

  const changes = await entries(client, 'change');
  const count = (action: string): number => changes.filter((each) => each.action === action).length;
  expect([count('created'), count('changed'), count('deleted')]).toEqual([20, 10, 5]);
  const mails = system.mailbox.mails.filter(({ recipients }) => recipients.includes(recipient));
  expect(mails).toHaveLength(1);
  expect(mails[0]?.text).toContain('20');
}, 120_000);

test('a record that fails is named, and holds back only its own connection', async () => {
  const client = await Client.connect('okta');
  const other = await Client.connect('okta');
  for (let index = 0; index < 6; index += 1) await client.user(`user-${index}@acme.example`);
  await other.user('user@acme.example');
  const records = (await system.streamRecords()).filter(
    ({ dynamodb }) =>
      [client.id, other.id].some((id) => dynamodb?.Keys?.['pk']?.S?.includes(id) === true) &&
      dynamodb?.NewImage?.['by'] !== undefined,
  );
  expect(records).toHaveLength(7);
  const damaged = records.map((record, index) => {
    if (index !== 3) return record;
    const { attributes: _, ...image } = record.dynamodb?.NewImage ?? {};
    return { ...record, dynamodb: { ...record.dynamodb, NewImage: image } };
  });
  expect(await system.invoke('Dispatcher', { Records: damaged })).toEqual({
    batchItemFailures: [{ itemIdentifier: records[3]?.dynamodb?.SequenceNumber }],
  });
  expect(await entries(client, 'change')).toHaveLength(3);
  expect(await entries(other, 'change')).toHaveLength(1);
  await deliver(records.slice(3));
  expect(await entries(client, 'change')).toHaveLength(6);
  expect(await entries(other, 'change')).toHaveLength(1);
});

test('records from the mappings of an earlier release are ignored', async () => {
  const client = await Client.connect('okta');
  await client.user('user@acme.example');
  const records = await system.streamRecords();
  await system.invoke('Completion', { Records: records });
  await system.invoke('Notifications', { Records: records });
  expect(await entries(client, 'change')).toEqual([]);
});
