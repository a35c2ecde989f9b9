import fc from 'fast-check';
import { completeIntent } from '../../directory/completion/completion';
import { Connections } from '../../directory/connections/connections';
import { Groups } from '../../directory/groups';
import { cachedGroupsOf } from '../../directory/memberships/cached-groups';
import { LISTED_GROUPS } from '../../directory/memberships/group-list';
import { addMembership } from '../../directory/memberships/membership-item';
import { UserGroups } from '../../directory/memberships/user-groups';
import type { Tenant } from '../../directory/resources/tenant';
import { inParallel } from '../../directory/store/batches';
import { intentsBefore } from '../../directory/store/intents';
import { groupListKey } from '../../directory/store/keys';
import { Users } from '../../directory/users';
import { bindFilter } from '../../scim/filter/bind';
import { parseFilter } from '../../scim/filter/parse';
import { asText } from '../../scim/json';
import { membersFrom, NO_MEMBERSHIP_CHANGE } from '../../scim/patch/memberships';
import { GROUP, USER } from '../../scim/schema/resource-type';
import { createConnection, meteredTenant } from './support';

/* The groups of users, as users show them: also nested ones, and what an environment keeps. */

const { tenant: bare, close, measure } = meteredTenant();
const { table, connection } = bare;
const tenant: Tenant = { ...bare, membershipsConverted: true };
const users = new Users(tenant, USER, 'retain');
const groups = new Groups(tenant, GROUP, { uniqueNames: true, unknownMembers: 'skip' });

createConnection(bare);
afterAll(close);

let names = 0;
const newName = (): string => `name ${(names += 1)}`;

async function userOf(): Promise<string> {
  return (await users.create({ userName: newName() })).id;
}

async function groupOf(...members: readonly string[]): Promise<string> {
  const sent = membersFrom(members.map((value) => ({ value })));
  return (await groups.create({ displayName: newName() }, sent)).id;
}

async function change(group: string, add: readonly string[], remove: readonly string[] = []) {
  const members = {
    clear: false,
    add: new Map(add.map((value) => [value, { value }])),
    remove: new Set(remove),
  };
  return groups.change(group, ({ attributes }) => ({ attributes, members }), false);
}

async function rename(group: string): Promise<unknown> {
  const displayName = newName();
  return groups.change(
    group,
    ({ attributes }) => ({
      attributes: { ...attributes, displayName },
      members: NO_MEMBERSHIP_CHANGE,
    }),
    false,
  );
}

/** Returns a tenant as a request of an environment has it that has served others before. */
async function warmTenant(): Promise<Tenant> {
  const found = await new Connections(table).find(connection);
  if (found === undefined) throw new Error('There is no connection.');
  return { ...tenant, cachedGroups: cachedGroupsOf(found) };
}

async function shown(by: Tenant, ids: readonly string[]): Promise<readonly string[][]> {
  const found = await new UserGroups(by).of(ids);
  return ids.map((id) =>
    (found.get(id) ?? []).map(({ value, display, type }) =>
      [value, display, type].map(asText).join(' '),
    ),
  );
}

const OPERATIONS = ['nest', 'unnest', 'rename', 'delete', 'join', 'leave', 'create'] as const;

test('what an environment keeps of groups is never older than the last change', async () => {
  const people = [await userOf(), await userOf()];
  const step = fc.record({
    operation: fc.constantFrom(...OPERATIONS),
    one: fc.nat({ max: 20 }),
    other: fc.nat({ max: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), async (steps) => {
      const all = [await groupOf(people[0] ?? ''), await groupOf(), await groupOf()];
      for (const { operation, one, other } of steps) {
        const pick = (list: readonly string[], index: number) => list[index % list.length] ?? '';
        const [group, second, person] = [pick(all, one), pick(all, other), pick(people, other)];
        if (operation === 'create') all.push(await groupOf(group));
        if (operation === 'rename') await rename(group);
        if (operation === 'join') await change(group, [person]);
        if (operation === 'leave') await change(group, [], [person]);
        if (operation === 'nest' && group !== second) await change(group, [second]);
        if (operation === 'unnest') await change(group, [], [second]);
        if (operation === 'delete' && all.length > 1) {
          await groups.delete(group, () => undefined);
          all.splice(all.indexOf(group), 1);
        }
        expect(await shown(await warmTenant(), people)).toEqual(await shown(tenant, people));
      }
    }),
    { numRuns: 20 },
  );
});

test('groups that are known are not read again', async () => {
  const user = await userOf();
  await groupOf(await groupOf(user));
  await shown(await warmTenant(), [user]);
  const warm = await warmTenant();
  expect(await measure(() => shown(warm, [user]))).toEqual({ reads: 1, writes: 0, calls: 1 });
  expect((await shown(warm, [user]))[0]).toHaveLength(2);
});

test('a deleted group is not shown, even if its memberships are not deleted yet', async () => {
  const user = await userOf();
  const group = await groupOf(user);
  await shown(await warmTenant(), [user]);
  // With so little time left, the request hands over the deletion of memberships.
  const hurried = { ...tenant, table: table.forRequest(Date.now() + 4500) };
  const rules = { uniqueNames: true, unknownMembers: 'skip' } as const;
  await new Groups(hurried, GROUP, rules).delete(group, () => undefined);
  expect(await shown(await warmTenant(), [user])).toEqual([[]]);
});

test('cycles of groups end', async () => {
  const user = await userOf();
  const one = await groupOf(user);
  const other = await groupOf(one);
  await change(one, [other]);
  const [list = []] = await shown(tenant, [user]);
  expect(list.map((each) => each.split(' ').at(-1))).toEqual(['direct', 'indirect']);
});

test('a member of many groups is found in all of them, and joins and leaves them', async () => {
  const user = await userOf();
  const ids = Array.from({ length: LISTED_GROUPS + 4 }, (_, index) => index);
  // Transactions on one member conflict, so few run at the same time.
  const many = await inParallel(ids, 4, () => groupOf(user));
  const listed = async (): Promise<readonly string[]> =>
    ((await shown(tenant, [user]))[0] ?? []).map((text) => text.split(' ')[0] ?? '').sort();
  expect(await listed()).toEqual([...many].sort());
  const filter = bindFilter(parseFilter(`members.value eq "${user}"`), GROUP);
  expect(await groups.collection.matching(filter)).toHaveLength(many.length);
  // Leaving makes room in the member's own item.
  for (const group of many.slice(0, 10)) await change(group, [], [user]);
  expect(await listed()).toEqual(many.slice(10).sort());
  await change(many[0] ?? '', [user]);
  expect(await listed()).toEqual([...many.slice(10), many[0] ?? ''].sort());
  await users.delete(user, () => undefined);
  expect(await groups.collection.matching(filter)).toEqual([]);
});

test('a user who is deleted while it joins groups ends in none', async () => {
  for (let round = 0; round < 10; round += 1) {
    const user = await userOf();
    const joined = [await groupOf(), await groupOf(), await groupOf()];
    await Promise.all([
      ...joined.map((group) => change(group, [user])),
      users.delete(user, () => undefined),
    ]);
    for (const group of joined) {
      const { members } = await groups.withMembers(await groups.get(group));
      expect(members).toEqual([]);
    }
    await expect(change(joined[0] ?? '', [user])).resolves.toMatchObject({ memberCount: 0 });
  }
});

test('nothing is left of a deleted member once its deletion is complete', async () => {
  const user = await userOf();
  await groupOf(user);
  await users.delete(user, () => undefined);
  const key = groupListKey(connection, 'User', user);
  expect(await table.get(key)).toHaveProperty('deletedAt');
  // No membership can follow, whether the member's list or the index would list it.
  const another = await groupOf();
  for (const isIndexed of [false, true]) {
    const member = { value: user, type: 'User', isIndexed } as const;
    expect(await table.write(addMembership(connection, another, member))).not.toEqual([]);
  }
  const { endDeletion } = await import('../../directory/memberships/deletions');
  for await (const intents of intentsBefore(table, Date.now() + 1000)) {
    for (const intent of intents) {
      if (intent.kind !== 'deletion' || intent.resource !== user) continue;
      await completeIntent(table, intent, () => Promise.resolve(true));
      await endDeletion(table, intent);
    }
  }
  expect(await table.get(key)).toBeUndefined();
});

describe('pages', () => {
  const far = { ...tenant, connection: `${connection}-pages` };
  const farUsers = new Users(far, USER, 'retain');
  const farGroups = new Groups(far, GROUP, { uniqueNames: true, unknownMembers: 'skip' });
  const ids: string[] = [];
  let group = '';

  createConnection(far);
  beforeAll(async () => {
    for (let index = 0; index < 12; index += 1) {
      ids.push((await farUsers.create({ userName: `page${index}` })).id);
    }
    // Every third user is in the group.
    const members = ids.filter((_, index) => index % 3 === 0).map((value) => ({ value }));
    group = (await farGroups.create({ displayName: 'Page' }, membersFrom(members))).id;
  });

  const expected = (id: string): number => (ids.indexOf(id) % 3 === 0 ? 1 : 0);

  test.each([
    ['the first page', (page: Users) => page.collection.from(1, 5)],
    ['a page by index', (page: Users) => page.collection.from(4, 5)],
    ['a page after a user', (page: Users) => page.collection.around(ids[2], 5, false)],
    ['a page before a user', (page: Users) => page.collection.around(ids[9], 5, true)],
    ['all users', (page: Users) => page.collection.from(1, 100)],
    [
      'the users that a filter finds',
      (page: Users) =>
        page.collection.matching(bindFilter(parseFilter('userName sw "page"'), USER)),
    ],
    [
      'a user beside an id that is none',
      (page: Users) =>
        page.collection.matching(bindFilter(parseFilter('id eq "" or userName eq "page6"'), USER)),
    ],
    [
      'the user with a name',
      (page: Users) =>
        page.collection.matching(bindFilter(parseFilter('userName eq "page3"'), USER)),
    ],
  ])('%s shows the groups of its users', async (_, read) => {
    const page = new Users(
      { ...far, table: table.forRequest(Date.now() + 60_000) },
      USER,
      'retain',
    );
    page.readGroupsWithUsers();
    const found = await read(page);
    await page.collection.markSaved;
    const shownGroups = await page.groups.of(found.map(({ id }) => id));
    expect(found.length).toBeGreaterThan(0);
    for (const { id } of found) {
      expect((shownGroups.get(id) ?? []).map(({ value }) => value)).toEqual(
        expected(id) === 1 ? [group] : [],
      );
    }
  });

  test('the users of a group are found without reading the others', async () => {
    const filter = bindFilter(parseFilter(`groups.value eq "${group}" and title pr`), USER);
    const { reads } = await measure(async () => {
      expect(await farUsers.collection.matching(filter)).toEqual([]);
    });
    // The group, its members and the four users.
    expect(reads).toBeLessThanOrEqual(7);
    const nested = await farGroups.create(
      { displayName: 'Outer' },
      membersFrom([{ value: group }]),
    );
    const within = bindFilter(parseFilter(`groups.value eq "${nested.id}"`), USER);
    expect(await farUsers.collection.matching(within)).toHaveLength(4);
  });
});
