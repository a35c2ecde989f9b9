import { Client } from '../support/client';
import { FaultySystem } from './faulty-system';

/** Members in the change: two hundred times as many as a transaction takes. */
const SIZE = 20_000;

let system: FaultySystem;
let client: Client;
let members: readonly { readonly value: string }[];
let groups = 0;

beforeAll(async () => {
  // More time than the template gives: a slow machine would hand the change over.
  system = await FaultySystem.start(100);
  client = await Client.connect('entra');
  members = (await system.seed(client, SIZE)).userIds.map((value) => ({ value }));
}, 120_000);

afterAll(async () => {
  await system.stop();
});

async function emptyGroup(): Promise<string> {
  groups += 1;
  return String((await client.group(`Large ${groups}`)).id);
}

async function sizeOf(groupId: string): Promise<number> {
  return (await client.memberIds(groupId)).length;
}

const addAll = (groupId: string) =>
  client.patch(`/Groups/${groupId}`, { op: 'Add', path: 'members', value: members });

/** Number of table calls of the whole change, and the number of the call that commits it. */
let calls = 0;
let commit = 0;

test('a PATCH adds 20,000 members', async () => {
  const group = await emptyGroup();
  system.proxy.watch((call, operation) => {
    if (operation === 'UpdateItem' && commit === 0) commit = call;
    return undefined;
  });
  expect((await addAll(group)).status).toBe(204);
  ({ calls } = system.proxy);
  expect(await sizeOf(group)).toBe(SIZE);
  expect(commit).toBeGreaterThan(SIZE / 100);
  // A replacement removes the others; it writes only the difference.
  const replaced = await client.patch(`/Groups/${group}`, {
    op: 'Replace',
    path: 'members',
    value: members.slice(0, 10),
  });
  expect([replaced.status, await sizeOf(group)]).toEqual([204, 10]);
}, 120_000);

test.each([
  ['while it looks up the members', 0.5, 0, 0],
  ['just before its commit', 1, 0, 0],
  ['just after its commit', 1, 1, SIZE],
  ['while it applies the edits', 1, 0.5, SIZE],
  ['near its end', 1, 0.98, SIZE],
])(
  'a function that dies %s adds all members or none',
  async (_, share, beyond, expected) => {
    const group = await emptyGroup();
    const at =
      Math.round(commit * share) + (beyond === 1 ? 0 : Math.round((calls - commit) * beyond));
    system.proxy.watch((call) =>
      call === at ? { kind: 'death', takesEffect: beyond === 1 } : undefined,
    );
    expect((await addAll(group)).status).toBe(502);
    system.proxy.watch();
    // The next reader completes a committed change; no stream or schedule does it here.
    expect(await sizeOf(group)).toBe(expected);
    expect(await system.contradictions()).toEqual([]);
  },
  120_000,
);

test('a PATCH near its timeout hands over; reading members returns 503 meanwhile', async () => {
  const short = await FaultySystem.start(7);
  try {
    const own = await Client.connect('entra');
    const value = (await short.seed(own, 8000)).userIds.map((id) => ({ value: id }));
    const group = await own.group('Slow');
    short.proxy.watch((_, operation) =>
      operation === 'TransactWriteItems' ? { kind: 'delay', milliseconds: 700 } : undefined,
    );
    const reply = await own.patch(`/Groups/${group.id}`, { op: 'Add', path: 'members', value });
    expect(reply.status).toBe(204);
    const early = await own.get(`/Groups/${group.id}`);
    expect([early.status, early.headers['retry-after']]).toEqual([503, '2']);
    // The change is committed: the version is the one that the PATCH returned.
    const head = await own.get(`/Groups/${group.id}?excludedAttributes=members`);
    expect([head.status, head.headers['etag']]).toEqual([200, reply.headers['etag']]);
    await short.recover();
    expect(await own.memberIds(group.id)).toHaveLength(8000);
    expect(await short.contradictions()).toEqual([]);
  } finally {
    await short.stop();
  }
}, 120_000);

test('a group of 20,000 is deleted at once, and its memberships are deleted later', async () => {
  const group = await emptyGroup();
  await addAll(group);
  expect((await client.delete(`/Groups/${group}`)).status).toBe(204);
  expect((await client.get(`/Groups/${group}`)).status).toBe(404);
  expect(await system.contradictions()).toEqual([]);
}, 120_000);
