import { Client, USER, type Body, type Reply } from '../support/client';
import { defineTypes, device } from './custom-operations';
import type { FaultPlan } from './fault-proxy';
import { FaultySystem } from './faulty-system';
import { isLinearizable, type Observed } from './linearizability';

let system: FaultySystem;
let client: Client;

beforeAll(async () => {
  // More time than the template gives: on a slow machine, 503 would be a right answer.
  system = await FaultySystem.start(100);
  client = await Client.connect('generic');
}, 60_000);

afterAll(async () => {
  await system.stop();
});

const CLIENTS = 64;

/**
 * Generates the same pseudo-random numbers in every run: a linear congruential generator with the
 * constants of Numerical Recipes.
 */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Faults of a table with many concurrent writers: some transactions are canceled, some responses
 * are lost, and some calls are throttled.
 */
function contention(seed: number): FaultPlan {
  const random = randomNumbers(seed);
  return (_, operation) => {
    const dice = random();
    if (operation === 'TransactWriteItems' && dice < 0.05) return { kind: 'conflict' };
    if (dice > 0.99) return { kind: 'drop', takesEffect: true };
    if (dice > 0.97) return { kind: 'error', name: 'ThrottlingException', status: 400 };
    return undefined;
  };
}

/** Runs a task several times for each of 64 concurrent clients. */
async function concurrently(
  rounds: number,
  task: (client: number, round: number) => Promise<void>,
): Promise<void> {
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, index) => {
      for (let round = 0; round < rounds; round += 1) await task(index, round);
    }),
  );
}

test('64 concurrent writers add 10,000 members to a group, and none is lost', async () => {
  const { userIds } = await system.seed(client, 10_000);
  const group = await client.group('Everybody');
  const queue = [...userIds];
  const random = randomNumbers(1);
  system.proxy.watch(contention(2));
  await concurrently(1, async () => {
    while (queue.length > 0) {
      const value = queue.splice(0, 1 + Math.floor(random() * 40)).map((id) => ({ value: id }));
      const reply = await client.patch(`/Groups/${group.id}?attributes=displayName`, {
        op: 'add',
        path: 'members',
        value,
      });
      expect(reply.status).toBe(200);
    }
  });
  system.proxy.watch();
  expect(await client.memberIds(group.id)).toEqual([...userIds].sort());
  expect(await system.contradictions()).toEqual([]);
}, 300_000);

test('mixed requests of 64 concurrent clients are linearizable', async () => {
  const users = await Promise.all(
    Array.from({ length: 24 }, (_, index) => client.user(`shared${index}`)),
  );
  const groups = await Promise.all(
    Array.from({ length: 6 }, (_, index) => client.group(`Shared ${index}`)),
  );
  await defineTypes(client);
  const devices = await Promise.all(
    Array.from({ length: 6 }, async (_, index): Promise<Body> => {
      return (await client.post('/Devices', device(`shared${index}`))).body;
    }),
  );
  // Changes of users show in their titles, those of a custom type in displayName.
  const resources = [
    ...users.map(({ id, meta }) => ({ path: `/Users/${id}`, attribute: 'title', meta })),
    ...devices.map(({ id, meta }) => ({ path: `/Devices/${id}`, attribute: 'displayName', meta })),
  ];
  const versions = new Map<string, Observed<string>[]>(resources.map(({ path }) => [path, []]));
  const memberships = new Map<string, Observed<boolean>[]>();
  const created: string[] = [];
  const statuses = new Map<number, number>();
  const random = randomNumbers(3);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

  const timed = async (
    call: () => Promise<Reply>,
  ): Promise<{ reply: Reply; start: number; end: number; isUncertain: boolean }> => {
    const start = performance.now();
    const reply = await call();
    statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
    return { reply, start, end: performance.now(), isUncertain: reply.status >= 500 };
  };
  const membershipOf = (groupId: string, userId: string): Observed<boolean>[] => {
    const key = `${groupId} ${userId}`;
    const history = memberships.get(key) ?? [];
    memberships.set(key, history);
    return history;
  };

  const changeResource = async (name: string): Promise<void> => {
    const { path, attribute } = pick(resources);
    const patch = { op: 'replace', path: attribute, value: name };
    const { reply, ...seen } = await timed(() => client.patch(path, patch));
    versions.get(path)?.push({ ...seen, apply: () => reply.body?.meta?.version ?? `lost ${name}` });
  };
  const changeIfUnchanged = async (name: string): Promise<void> => {
    const resource = pick(resources);
    const { path, attribute } = resource;
    const known = String((await read(resource)).body.meta.version);
    const body = {
      schemas: [PATCH_OP],
      Operations: [{ op: 'replace', path: attribute, value: name }],
    };
    const { reply, ...seen } = await timed(() =>
      client.call('PATCH', path, body, { 'If-Match': known }),
    );
    const isRefused = reply.status === 412;
    versions.get(path)?.push({
      ...seen,
      apply: (state) => {
        if (isRefused) return state === known ? undefined : state;
        return state === known ? (reply.body?.meta?.version ?? `lost ${name}`) : undefined;
      },
    });
  };
  const read = async ({
    path,
    attribute,
  }: {
    readonly path: string;
    readonly attribute: string;
  }): Promise<Reply> => {
    const { reply, ...seen } = await timed(() => client.get(path));
    const { meta, [attribute]: name } = reply.body;
    const version = String(meta.version);
    // A change whose response was an error may have taken effect: the name shows its version.
    const isSeen = (state: string): boolean => state === version || state === `lost ${name}`;
    versions.get(path)?.push({ ...seen, apply: (state) => (isSeen(state) ? version : undefined) });
    return reply;
  };
  const changeMembers = async (): Promise<void> => {
    const [group, isAdded] = [pick(groups), random() < 0.6];
    const chosen = [...new Set([pick(users), pick(users), pick(users)])].map(({ id }) =>
      String(id),
    );
    const operation = isAdded
      ? { op: 'add', path: 'members', value: chosen.map((value) => ({ value })) }
      : {
          op: 'remove',
          path: `members[${chosen.map((value) => `value eq "${value}"`).join(' or ')}]`,
        };
    const { reply: _, ...seen } = await timed(() => client.patch(`/Groups/${group.id}`, operation));
    for (const id of chosen) membershipOf(group.id, id).push({ ...seen, apply: () => isAdded });
  };
  const readMembers = async (): Promise<void> => {
    const group = pick(groups);
    const { reply, ...seen } = await timed(() => client.get(`/Groups/${group.id}`));
    const present = new Set(
      (reply.body.members ?? []).map(({ value }: { value: string }) => value),
    );
    for (const { id } of users) {
      membershipOf(group.id, id).push({
        ...seen,
        apply: (state) => (state === present.has(id) ? state : undefined),
      });
    }
  };
  const readGroups = async (): Promise<void> => {
    const { id } = pick(users);
    const { reply, ...seen } = await timed(() => client.get(`/Users/${id}`));
    if (reply.status !== 200) return;
    const shown = new Set((reply.body.groups ?? []).map(({ value }: { value: string }) => value));
    for (const group of groups) {
      membershipOf(group.id, id).push({
        ...seen,
        apply: (state) => (state === shown.has(group.id) ? state : undefined),
      });
    }
  };
  const createAndDelete = async (name: string): Promise<void> => {
    const { reply } = await timed(() => client.post('/Users', { schemas: [USER], userName: name }));
    if (reply.status !== 201) return;
    if (random() < 0.5) created.push(name);
    else await timed(() => client.delete(`/Users/${reply.body.id}`));
  };

  for (const { path, meta } of resources)
    versions.get(path)?.push({ start: -1, end: -1, apply: () => meta.version });
  system.proxy.watch(contention(4));
  await concurrently(12, async (index, round) => {
    const name = `c${index}r${round}`;
    const tasks = [
      changeResource,
      changeIfUnchanged,
      changeMembers,
      changeMembers,
      readMembers,
      readGroups,
      createAndDelete,
    ];
    await pick(tasks)(name);
  });
  system.proxy.watch();

  expect(
    [...statuses.keys()].filter((status) => ![200, 201, 204, 412, 503].includes(status)),
  ).toEqual([]);
  for (const [path, history] of versions)
    expect({ path, is: isLinearizable('', history) }).toEqual({ path, is: true });
  for (const [key, history] of memberships)
    expect({ key, is: isLinearizable(false, history) }).toEqual({ key, is: true });
  for (const name of created)
    expect(await client.search('/Users', `userName eq "${name}"`)).toHaveLength(1);
  expect(await system.contradictions()).toEqual([]);
}, 300_000);

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
