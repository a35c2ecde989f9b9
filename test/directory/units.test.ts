import { changeEntryOf } from '../../directory/log/change-entry';
import { logChanges } from '../../directory/log/change-log';
import { SCAN_BUDGET } from '../../directory/resources/collection';
import { connectionToItem } from '../../directory/connections/connection-item';
import { Groups } from '../../directory/groups';
import { resourceKey } from '../../directory/store/keys';
import { Users } from '../../directory/users';
import { bindFilter } from '../../scim/filter/bind';
import { parseFilter } from '../../scim/filter/parse';
import { membersFrom, type MembershipChange } from '../../scim/patch/memberships';
import { GROUP, USER } from '../../scim/schema/resource-type';
import { seed } from '../../cli/seed/seed';
import { connectionWith, createConnection, meteredTenant } from './support';

/**
 * The request units that docs/concepts/data-model.md states, as the engine reports them
 * (ReturnConsumedCapacity).
 */
const { tenant, close, measure } = meteredTenant();
const users = new Users(tenant, USER, 'retain');
const groups = new Groups(tenant, GROUP, { uniqueNames: true, unknownMembers: 'skip' });

createConnection(tenant);
afterAll(close);

function attributes(name: string): Record<string, unknown> & { userName: string } {
  return {
    userName: name,
    externalId: `ext-${name}`,
    emails: [{ value: `${name}@example.com`, type: 'work' }],
  };
}

function adding(id: string): MembershipChange {
  return { clear: false, add: new Map([[id, { value: id }]]), remove: new Set() };
}

test('creating, reading, finding and changing a user cost the documented units', async () => {
  let id = '';
  const create = await measure(
    async () => ({ id } = await users.create(attributes('units') as never)),
  );
  expect(create.writes).toBeLessThanOrEqual(12);
  const get = await measure(() => users.get(id));
  expect([get.reads, get.calls]).toEqual([1, 1]);
  const filter = bindFilter(parseFilter('userName eq "UNITS"'), USER);
  const lookup = await measure(async () => {
    expect(await users.collection.matching(filter)).toHaveLength(1);
  });
  expect(lookup.reads).toBeLessThanOrEqual(1.5);
  const miss = await measure(() =>
    users.collection.matching(bindFilter(parseFilter('userName eq "nobody"'), USER)),
  );
  expect(miss.reads).toBeLessThanOrEqual(1.5);
  const patch = await measure(() =>
    users.change(id, (current) => ({ ...current.attributes, active: false })),
  );
  expect([patch.reads, patch.writes, patch.calls]).toEqual([1, 1, 2]);
  const nothing = await measure(() => users.change(id, (current) => current.attributes));
  expect([nothing.reads, nothing.writes]).toEqual([1, 0]);
});

test('adding or removing a member costs the same in a small and in a larger group', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 60; index += 1)
    ids.push((await users.create(attributes(`m${index}`) as never)).id);
  const [last = '', ...others] = ids.reverse();
  const costs: number[][] = [];
  for (const [name, members] of [
    ['small', others.slice(0, 2)],
    ['large', others],
  ] as const) {
    const { id } = await groups.create(
      { displayName: name },
      membersFrom(members.map((value) => ({ value }))),
    );
    const add = await measure(() =>
      groups.change(
        id,
        (current) => ({ attributes: current.attributes, members: adding(last) }),
        false,
      ),
    );
    const remove = await measure(() =>
      groups.change(
        id,
        (current) => ({
          attributes: current.attributes,
          members: { clear: false, add: new Map(), remove: new Set([last]) },
        }),
        false,
      ),
    );
    expect(add.writes).toBeLessThanOrEqual(6);
    expect(remove.writes).toBeLessThanOrEqual(6);
    costs.push([add.reads, add.writes, add.calls, remove.reads, remove.writes, remove.calls]);
  }
  expect(costs[1]).toEqual(costs[0]);
});

test('a page of 100 users costs about the same at any depth of a crawl', async () => {
  const far = { ...tenant, connection: `${tenant.connection}-far` };
  await seed(far, { users: 1500, prefix: 'far' });
  const { collection } = new Users(far, USER, 'retain');
  const costs: number[] = [];
  const seen = new Set<string>();
  for (let startIndex = 1; startIndex <= 1500; startIndex += 100) {
    const { reads, writes } = await measure(async () => {
      const page = await collection.from(startIndex, 100);
      page.forEach(({ id }) => seen.add(id));
      await collection.markSaved;
    });
    expect(reads).toBeLessThanOrEqual(30);
    expect(writes).toBeLessThanOrEqual(1);
    costs.push(reads);
  }
  expect(seen.size).toBe(1500);
  const [first = 0, ...others] = costs;
  // All pages but the first also read the mark of the previous page.
  expect(Math.max(...others)).toBeLessThanOrEqual(first + 1);
  expect(await collection.count()).toBe(1500);
});

test('a filter is rejected before the scan if the directory exceeds the scan budget', async () => {
  const large = { ...tenant, connection: `${tenant.connection}-large` };
  await tenant.table.write([
    { put: { pk: `c#${large.connection}#count#User`, sk: '00', resources: SCAN_BUDGET + 1 } },
  ]);
  const { collection } = new Users(large, USER, 'retain');
  const scan = await measure(async () => {
    const matching = collection.matching(bindFilter(parseFilter('title pr'), USER));
    await expect(matching).rejects.toMatchObject({ scimType: 'tooMany' });
  });
  expect(scan.reads).toBeLessThanOrEqual(1);
});

test('members of a group are not read unless they are needed', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 40; index += 1)
    ids.push((await users.create(attributes(`n${index}`) as never)).id);
  const { id } = await groups.create(
    { displayName: 'unread' },
    membersFrom(ids.map((value) => ({ value }))),
  );
  const [asked = ''] = ids;
  expect(await measure(() => groups.get(id))).toEqual({ reads: 1, writes: 0, calls: 1 });
  const filter = bindFilter(parseFilter(`id eq "${id}" and members eq "${asked}"`), GROUP);
  const search = await measure(async () => {
    expect(await groups.collection.matching(filter)).toHaveLength(1);
  });
  expect(search.reads).toBeLessThanOrEqual(2);
  const again = await measure(() =>
    groups.change(
      id,
      (current) => ({ attributes: current.attributes, members: adding(asked) }),
      false,
    ),
  );
  expect(again.writes).toBe(0);
});

test('logging a change costs one read unit and two write units', async () => {
  const { table, connection } = tenant;
  await table.write([
    {
      put: connectionToItem(
        connectionWith({ id: connection, createdAt: new Date().toISOString() }),
      ),
    },
  ]);
  const { id } = await users.create(attributes('logged') as never);
  await users.change(id, (current) => ({ ...current.attributes, active: false }));
  const item = await table.get(resourceKey(connection, 'User', id));
  const before = item === undefined ? undefined : { ...item, version: 'before', attributes: '{}' };
  const entry = item === undefined ? undefined : changeEntryOf(before, item);
  expect(entry?.action).toBe('changed');
  const log = await measure(() => logChanges(table, entry === undefined ? [] : [entry], 30));
  expect([log.reads, log.writes, log.calls]).toEqual([1, 2, 2]);
});
