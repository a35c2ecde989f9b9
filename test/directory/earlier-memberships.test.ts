import { convertEarlierMemberships } from '../../directory/completion/earlier-memberships';
import { connectionToItem } from '../../directory/connections/connection-item';
import { Connections } from '../../directory/connections/connections';
import { Groups } from '../../directory/groups';
import { completeEditsNow } from '../../directory/memberships/member-edits';
import { LISTED_GROUPS } from '../../directory/memberships/group-list';
import { UserGroups } from '../../directory/memberships/user-groups';
import type { Tenant } from '../../directory/resources/tenant';
import { inParallel } from '../../directory/store/batches';
import { intentWrite, newIntent } from '../../directory/store/intents';
import type { Item } from '../../directory/store/item';
import { readKey } from '../../directory/store/key-meaning';
import {
  BACKFILLS,
  batchKey,
  connectionKey,
  memberIndexPartition,
  membershipKey,
  resourceKey,
} from '../../directory/store/keys';
import { Table } from '../../directory/store/table';
import { Users } from '../../directory/users';
import { verify } from '../../directory/verify/verify';
import { bindFilter } from '../../scim/filter/bind';
import { parseFilter } from '../../scim/filter/parse';
import { asText } from '../../scim/json';
import { membersFrom } from '../../scim/patch/memberships';
import { GROUP, USER } from '../../scim/schema/resource-type';
import { convertUpTo, DELAY_MS, STAGES, strict, type Stage } from './conversion';
import { connectionWith, createOwnTable, openEngine } from './support';

/*
 * Memberships of release 0.2.0, which only the inverse index lists under their members. Requests
 * are right before, while and after the `completion` function converts them.
 */

const CONNECTION = 'earlier';
const RULES = { uniqueNames: true, unknownMembers: 'skip' } as const;

const client = openEngine();

afterAll(() => {
  client.close();
});

const convert = strict(convertEarlierMemberships);

/** Writes all memberships in the form of release 0.2.0. */
async function writeEarlierForm(table: Table): Promise<void> {
  for await (const items of table.scan(1)) {
    for (const item of items) {
      const { connection, meaning } = readKey(item);
      const { pk, sk } = item;
      if (meaning.kind === 'groupList') await table.write([{ delete: { pk, sk } }]);
      if (meaning.kind !== 'membership') continue;
      const { groupId, memberId } = meaning;
      const gsi1pk = memberIndexPartition(connection, memberId);
      await table.write([{ put: { ...item, gsi1pk, gsi1sk: groupId } }]);
    }
  }
  await table.write([{ update: connectionKey(CONNECTION), remove: ['membershipsConverted'] }]);
}

interface Upgraded {
  readonly table: Table;
  readonly tenant: Tenant;
  readonly users: Users;
  readonly groups: Groups;
  readonly ids: Readonly<Record<'ann' | 'bob' | 'busy' | 'team' | 'outer', string>>;
  readonly manyGroups: readonly string[];
}

function directoryOf(
  table: Table,
  membershipsConverted: boolean,
): Pick<Upgraded, 'tenant' | 'users' | 'groups'> {
  const tenant: Tenant = {
    table,
    connection: CONNECTION,
    baseUrl: 'https://x',
    membershipsConverted,
  };
  const users = new Users(tenant, USER, 'retain');
  return { tenant, users, groups: new Groups(tenant, GROUP, RULES) };
}

async function upgraded(stage: Stage): Promise<Upgraded> {
  const name = await createOwnTable();
  const table = new Table(client, name);
  const connection = connectionWith({ id: CONNECTION });
  await table.write([{ put: connectionToItem(connection) }]);
  const { users, groups } = directoryOf(table, true);
  const userOf = async (userName: string): Promise<string> => (await users.create({ userName })).id;
  const groupOf = async (displayName: string, ...members: readonly string[]): Promise<string> => {
    const sent = membersFrom(members.map((value) => ({ value })));
    return (await groups.create({ displayName }, sent)).id;
  };
  const [ann, bob, busy] = [await userOf('ann'), await userOf('bob'), await userOf('busy')];
  const team = await groupOf('Team', ann, bob);
  const outer = await groupOf('Outer', team);
  const names = Array.from({ length: LISTED_GROUPS + 3 }, (_, index) => `g${index}`);
  const manyGroups = await inParallel(names, 4, (each) => groupOf(each, busy));
  await writeEarlierForm(table);
  await convertUpTo(stage, convert, client, name);
  const found = await new Connections(table).find(CONNECTION);
  expect(found?.membershipsConverted).toBe(stage === 'after');
  const ids = { ann, bob, busy, team, outer };
  return { table, ...directoryOf(table, stage === 'after'), ids, manyGroups };
}

async function groupsShown({ tenant }: Upgraded, id: string): Promise<readonly string[]> {
  const groups = (await new UserGroups(tenant).of([id])).get(id) ?? [];
  return groups.map(({ display, type }) => `${asText(display)} ${asText(type)}`).sort();
}

async function groupsWith({ groups }: Upgraded, id: string): Promise<readonly string[]> {
  const filter = bindFilter(parseFilter(`members.value eq "${id}"`), GROUP);
  return (await groups.collection.matching(filter)).map(({ id: found }) => found);
}

async function findings({ table }: Upgraded): Promise<readonly string[]> {
  return (await verify(table)).findings.map(({ subject, problem }) => `${subject} ${problem}`);
}

/** Adds and removes members. */
async function change(
  { groups }: Upgraded,
  group: string,
  {
    add = [],
    remove = [],
  }: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
): Promise<void> {
  const members = {
    clear: false,
    add: new Map(add.map((value) => [value, { value }])),
    remove: new Set(remove),
  };
  await groups.change(group, ({ attributes }) => ({ attributes, members }), false);
}

describe.each(STAGES)('%s the conversion', (stage) => {
  test('the groups of users are shown, and groups are found by their members', async () => {
    const directory = await upgraded(stage);
    const { ann, bob, busy, team, outer } = directory.ids;
    for (const id of [ann, bob]) {
      expect(await groupsShown(directory, id)).toEqual(['Outer indirect', 'Team direct']);
      expect(await groupsWith(directory, id)).toEqual([team]);
    }
    expect(await groupsWith(directory, team)).toEqual([outer]);
    expect(await groupsShown(directory, busy)).toHaveLength(LISTED_GROUPS + 3);
    expect(await groupsWith(directory, busy)).toEqual([...directory.manyGroups].sort());
    expect(await findings(directory)).toEqual([]);
  });

  test('members join and leave', async () => {
    const directory = await upgraded(stage);
    const { ann, bob, busy, team } = directory.ids;
    await change(directory, team, { add: [busy], remove: [ann] });
    expect(await groupsShown(directory, ann)).toEqual([]);
    expect(await groupsShown(directory, busy)).toContain('Team direct');
    await change(directory, team, { add: [ann], remove: [busy, bob] });
    expect(await groupsShown(directory, ann)).toEqual(['Outer indirect', 'Team direct']);
    for (const group of directory.manyGroups) await change(directory, group, { remove: [busy] });
    expect(await groupsShown(directory, busy)).toEqual([]);
    expect(await findings(directory)).toEqual([]);
  });

  test('users and groups are deleted with their memberships', async () => {
    const directory = await upgraded(stage);
    const { ann, busy, team, outer } = directory.ids;
    const { users, groups, manyGroups } = directory;
    for (const id of [ann, busy]) await users.delete(id, () => undefined);
    for (const id of [outer, ...manyGroups.slice(0, 3)]) await groups.delete(id, () => undefined);
    const { members } = await groups.withMembers(await groups.get(team));
    expect(members).toHaveLength(1);
    expect(await findings(directory)).toEqual([]);
    // One comes back, without groups, and joins again.
    expect((await users.create({ userName: 'ann' })).id).toBe(ann);
    expect(await groupsShown(directory, ann)).toEqual([]);
    await change(directory, team, { add: [ann] });
    expect(await groupsShown(directory, ann)).toEqual(['Team direct']);
    expect(await findings(directory)).toEqual([]);
  });
});

test('requests during the conversion do not disturb it', async () => {
  const directory = await upgraded('before');
  const { table, ids, manyGroups, users, groups } = directory;
  const now = Date.now();
  await convert(table, now);
  const [first = '', second = '', ...others] = manyGroups;
  await Promise.all([
    convert(table, now + DELAY_MS),
    convert(table, now + DELAY_MS),
    ...others.map((group) => change(directory, group, { remove: [ids.busy] })),
    groups.delete(first, () => undefined),
    change(directory, second, { add: [ids.ann, ids.bob] }),
    users.delete(ids.bob, () => undefined),
  ]);
  expect(await convert(table, now + DELAY_MS)).toBe(true);
  const converted = { ...directory, ...directoryOf(table, true) };
  expect(await groupsShown(converted, ids.busy)).toEqual(['g1 direct']);
  expect(await groupsShown(converted, ids.ann)).toEqual([
    'Outer indirect',
    'Team direct',
    'g1 direct',
  ]);
  expect(await groupsWith(converted, ids.bob)).toEqual([]);
  expect(await findings(converted)).toEqual([]);
});

test('a connection with a membership that cannot be converted is read as before', async () => {
  const directory = await upgraded('before');
  const { table, ids } = directory;
  const damaged = membershipKey(CONNECTION, ids.team, ids.bob);
  await table.write([{ update: damaged, remove: ['type'] }]);
  const failed: string[] = [];
  const now = Date.now();
  for (const at of [now, now + DELAY_MS, now + DELAY_MS]) {
    await convertEarlierMemberships(table, at, ({ sk }) => failed.push(sk));
  }
  expect(failed).toEqual([ids.bob]);
  expect((await new Connections(table).find(CONNECTION))?.membershipsConverted).toBe(false);
  expect(await groupsShown(directory, ids.bob)).toEqual(['Outer indirect', 'Team direct']);
  expect(await groupsShown(directory, ids.ann)).toEqual(['Outer indirect', 'Team direct']);
});

test('a connection that was created during the update is converted, too', async () => {
  const directory = await upgraded('before');
  const { table, ids } = directory;
  await table.write([{ update: connectionKey(CONNECTION), set: { membershipsConverted: true } }]);
  const now = Date.now();
  for (const at of [now, now + DELAY_MS]) await convert(table, at);
  const converted = { ...directory, ...directoryOf(table, true) };
  expect(await groupsShown(converted, ids.bob)).toEqual(['Outer indirect', 'Team direct']);
  expect(await findings(converted)).toEqual([]);
});

test('a run without time saves where the next one continues', async () => {
  const { table, ids } = await upgraded('before');
  const now = Date.now();
  await convert(table, now);
  expect(await convert(table.forRequest(Date.now() + 3500), now + DELAY_MS)).toBe(false);
  const state = { pk: BACKFILLS, sk: '0.3.0-memberships' };
  expect(await table.get(state)).toMatchObject({ connection: CONNECTION, group: ids.team });
  expect(await convert(table, now + DELAY_MS)).toBe(true);
});

test('a change of the connection by an operator keeps what is converted', async () => {
  const { table } = await upgraded('after');
  const connections = new Connections(table);
  const action = { actor: 'test', action: 'connection.update' } as const;
  await connections.change(CONNECTION, action, (one) => ({ ...one, membershipsConverted: false }));
  expect((await connections.find(CONNECTION))?.membershipsConverted).toBe(true);
});

test('a batch of edits that the earlier release recorded is applied', async () => {
  const { table, tenant, users, groups, ids } = await upgraded('before');
  const names = Array.from({ length: 89 }, (_, index) => `joining${index}`);
  const joining = await inParallel(names, 16, (userName) => users.create({ userName }));
  const edits = [
    ...joining.map(({ id }) => ({ kind: 'add', member: { value: id, type: 'User' } })),
    { kind: 'remove', memberId: ids.bob },
  ];
  const intent = newIntent(CONNECTION, 'members', 'Group', ids.team);
  const batch: Item = { ...batchKey(CONNECTION, intent.id, 0), edits: JSON.stringify(edits) };
  await table.write([
    intentWrite(intent),
    { put: batch },
    {
      update: resourceKey(CONNECTION, 'Group', ids.team),
      set: { pending: intent.id },
      add: { members: 88 },
    },
  ]);
  // Two workers complete it at once.
  await Promise.all([
    completeEditsNow(tenant, ids.team, intent.id),
    completeEditsNow(tenant, ids.team, intent.id),
  ]);
  const { group, members } = await groups.withMembers(await groups.get(ids.team));
  expect(members).toHaveLength(90);
  expect(group.memberCount).toBe(90);
  const { findings: found } = await verify(table);
  expect(found).toEqual([]);
});
