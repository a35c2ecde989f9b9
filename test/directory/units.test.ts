import { Groups } from '../../directory/groups';
import { Users } from '../../directory/users';
import { bindFilter } from '../../scim/filter/bind';
import { parseFilter } from '../../scim/filter/parse';
import { membersFrom, type MembershipChange } from '../../scim/patch/memberships';
import { GROUP, USER } from '../../scim/schema/resource-type';
import { meteredScope } from './support';

/** The request units that docs/data-model.md promises, as the engine reports them (ReturnConsumedCapacity). */
const { scope, client, measure } = meteredScope();
const users = new Users(scope, USER, 'retain');
const groups = new Groups(scope, GROUP, { uniqueNames: true, unknownMembers: 'skip' });

afterAll(() => {
  client.destroy();
});

function attributes(name: string): Record<string, unknown> & { userName: string } {
  return { userName: name, externalId: `ext-${name}`, emails: [{ value: `${name}@example.com`, type: 'work' }] };
}

function adding(id: string): MembershipChange {
  return { clear: false, add: new Map([[id, { value: id }]]), remove: new Set() };
}

test('a user', async () => {
  let id = '';
  const create = await measure(async () => ({ id } = await users.create(attributes('units') as never)));
  expect(create.writes).toBeLessThanOrEqual(12);
  const get = await measure(() => users.get(id));
  expect([get.reads, get.calls]).toEqual([1, 1]);
  const filter = bindFilter(parseFilter('userName eq "UNITS"'), USER);
  const lookup = await measure(async () => {
    expect(await users.collection.matching(filter)).toHaveLength(1);
  });
  expect(lookup.reads).toBeLessThanOrEqual(1.5);
  const miss = await measure(() => users.collection.matching(bindFilter(parseFilter('userName eq "nobody"'), USER)));
  expect(miss.reads).toBeLessThanOrEqual(1.5);
  const patch = await measure(() => users.change(id, (current) => ({ ...current.attributes, active: false })));
  expect([patch.reads, patch.writes, patch.calls]).toEqual([1, 1, 2]);
  const nothing = await measure(() => users.change(id, (current) => current.attributes));
  expect([nothing.reads, nothing.writes]).toEqual([1, 0]);
});

test('one member more or less costs the same in a small and in a larger group', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 60; index += 1) ids.push((await users.create(attributes(`m${index}`) as never)).id);
  const [last = '', ...others] = ids.reverse();
  const costs: number[][] = [];
  for (const [name, members] of [
    ['small', others.slice(0, 2)],
    ['large', others],
  ] as const) {
    const { id } = await groups.create({ displayName: name }, membersFrom(members.map((value) => ({ value }))));
    const add = await measure(() =>
      groups.change(id, (current) => ({ attributes: current.attributes, members: adding(last) }), false),
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

test('a page of 100 users', async () => {
  const page = await measure(() => users.collection.from(1, 100));
  expect(page.reads).toBeLessThanOrEqual(30);
});
