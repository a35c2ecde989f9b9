import { readEvents } from '../../directory/events/read';
import { AcceptedRequests } from '../../directory/requests/accepted-requests';
import type { OperationResult } from '../../directory/requests/result-item';
import { intentsBefore } from '../../directory/store/intents';
import type { Key } from '../../directory/store/item';
import { intentKey, requestPartition } from '../../directory/store/keys';
import { verify } from '../../directory/verify/verify';
import { Client } from '../support/client';
import type { Fault } from './fault-proxy';
import { FaultySystem } from './faulty-system';
import { deliver, recordsOf } from './stream-delivery';

/*
 * Requests that are performed after their answer: however often the function that performs them
 * dies, each operation takes effect once and has one result, and one event tells of it.
 */

let system: FaultySystem;

beforeAll(async () => {
  system = await FaultySystem.start(undefined, { securityEvents: [] });
}, 60_000);

afterAll(() => system.stop());

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const MISSING = '00000000-0000-7000-8000-000000000000';

/** Sends a request that is performed later. @returns its transaction */
async function accepted(
  client: Client,
  method: string,
  path: string,
  body: object,
): Promise<string> {
  system.proxy.watch();
  const reply = await client.call(method, path, body, { Prefer: 'respond-async' });
  expect([reply.status, reply.text]).toEqual([202, '']);
  return String(reply.headers['set-txn']);
}

/** Returns the keys of the requests of a connection that are not performed yet. */
async function pending(connection: string): Promise<readonly Key[]> {
  const keys: Key[] = [];
  const soon = Date.now() + system.clock.aheadMs() + 60_000;
  for await (const intents of intentsBefore(system.table, soon)) {
    const own = intents.filter((intent) => intent.connection === connection);
    keys.push(
      ...own.filter(({ kind }) => kind === 'request').map(({ id }) => intentKey(connection, id)),
    );
  }
  return keys;
}

/** Performs what is accepted, with a fault at one call; then again, after the worker's lease. */
async function perform(client: Client, at = 0, fault?: Fault): Promise<void> {
  system.proxy.watch((call) => (call === at ? fault : undefined));
  const intents = await pending(client.id);
  await system.invoke('Requests', { intents }).catch(() => undefined);
  await system.proxy.afterDeath();
  system.proxy.watch();
  await system.clock.advance(16 * 60_000);
  await system.invoke('Requests', { intents });
}

async function resultsOf(client: Client, txn: string): Promise<readonly OperationResult[]> {
  expect(await pending(client.id)).toEqual([]);
  const outcome = await new AcceptedRequests(system.table, client.id).outcome(txn);
  expect(outcome?.isComplete).toBe(true);
  return outcome?.results ?? [];
}

/** Delivers the records of results twice; returns the transactions of the completions. */
async function completionsOf(client: Client): Promise<readonly unknown[]> {
  const records = recordsOf(await system.streamRecords(), client.id).filter(
    ({ dynamodb }) => dynamodb?.Keys?.['pk']?.S === requestPartition(client.id),
  );
  await deliver(system, records);
  await deliver(system, records);
  const page = await readEvents(system.table, {
    limit: 1000,
    types: new Set(['request.completed']),
    connection: client.id,
  });
  return 'events' in page ? page.events.map(({ data }) => data['requestId']) : [];
}

test('a change of 10,000 members has one completion, however often its worker dies', async () => {
  const client = await Client.connect('okta');
  const { userIds } = await system.seed(client, 10_000);
  const group = await client.group('All');
  const members = userIds.map((value) => ({ value }));
  const patch = { schemas: [PATCH], Operations: [{ op: 'add', path: 'members', value: members }] };
  const txn = await accepted(client, 'PATCH', `/Groups/${group.id}`, patch);
  for (const at of [2, 40, 400]) {
    await perform(client, at, { kind: 'death', takesEffect: true });
  }
  const results = await resultsOf(client, txn);
  expect(results.map(({ operation }) => operation['method'])).toEqual(['PATCH']);
  await system.recover();
  const { body } = await client.get(`/Groups/${group.id}`);
  expect(body.members).toHaveLength(10_000);
  expect(await completionsOf(client)).toEqual([txn]);
}, 300_000);

/** Operations of each kind: new resources in a circle, changes, a deletion, and a failure. */
function operations(client: Client, ids: readonly string[]): object[] {
  const group = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'] };
  const [changed = '', deleted = ''] = ids;
  return [
    { method: 'POST', path: '/Users', bulkId: 'u', data: { userName: `new@${client.id}.example` } },
    {
      method: 'POST',
      path: '/Groups',
      bulkId: 'a',
      data: { ...group, displayName: 'A', members: [{ value: 'bulkId:b' }, { value: 'bulkId:u' }] },
    },
    {
      method: 'POST',
      path: '/Groups',
      bulkId: 'b',
      data: { ...group, displayName: 'B', members: [{ value: 'bulkId:a' }] },
    },
    {
      method: 'PATCH',
      path: `/Users/${changed}`,
      data: { schemas: [PATCH], Operations: [{ op: 'replace', path: 'title', value: 'Dr' }] },
    },
    { method: 'DELETE', path: `/Users/${deleted}` },
    { method: 'DELETE', path: `/Users/${MISSING}` },
  ];
}

test('a bulk request may be interrupted at each of its table calls', async () => {
  const bulk = async (): Promise<{ readonly client: Client; readonly txn: string }> => {
    const client = await Client.connect('okta');
    const users = await client.users(2, (index) => `old${index}@${client.id}.example`);
    const ids = users.map(({ id }) => id as string);
    const body = { schemas: [BULK], Operations: operations(client, ids) };
    return { client, txn: await accepted(client, 'POST', '/Bulk', body) };
  };
  const check = async (client: Client, txn: string): Promise<void> => {
    const results = await resultsOf(client, txn);
    const statuses = results.map(({ operation }) => operation['status']);
    // A deletion of a user who was not there is repeated as one of a user who is gone.
    expect(['404', '204']).toContain(statuses[5]);
    expect(statuses.slice(0, 5)).toEqual(['201', '201', '201', statuses[3], '204']);
    expect(['200', '204']).toContain(statuses[3]);
    const { body: users } = await client.get('/Users');
    const { body: groups } = await client.get('/Groups?sortBy=displayName');
    expect(users.totalResults).toBe(2);
    const [a, b] = groups.Resources;
    expect(groups.totalResults).toBe(2);
    expect([a.members.length, b.members.length]).toEqual([2, 1]);
    expect((await completionsOf(client)).length).toBe(6);
  };
  const undisturbed = await bulk();
  system.proxy.watch();
  await system.invoke('Requests', { intents: await pending(undisturbed.client.id) });
  const { calls } = system.proxy;
  await check(undisturbed.client, undisturbed.txn);
  for (const takesEffect of [false, true]) {
    for (let at = takesEffect ? 1 : 3; at <= calls; at += at > calls - 8 ? 1 : 5) {
      const { client, txn } = await bulk();
      await perform(client, at, { kind: 'death', takesEffect });
      await check(client, txn);
    }
  }
  expect((await verify(system.table)).findings).toEqual([]);
}, 600_000);
