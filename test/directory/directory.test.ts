import fc from 'fast-check';
import { Connections } from '../../directory/connections';
import { Groups } from '../../directory/groups';
import { recordEdits } from '../../directory/member-edits';
import { connectionKey, isResourceId, resourceKey, resourcePartition, valuePartition } from '../../directory/keys';
import { SCAN_BUDGET } from '../../directory/collection';
import { completeAbandoned } from '../../directory/completion';
import { Table, type QueryOptions, type QueryPage } from '../../directory/table';
import { isValidToken, issueToken, readToken } from '../../directory/tokens';
import { Users } from '../../directory/users';
import type { Write } from '../../directory/write';
import { bindFilter } from '../../scim/filter/bind';
import { parseFilter } from '../../scim/filter/parse';
import type { JsonObject } from '../../scim/json';
import { membersFrom, NO_MEMBERSHIP_CHANGE } from '../../scim/patch/memberships';
import { GROUP, USER } from '../../scim/schema/resource-type';
import { server } from '../support/client';
import { meteredScope } from './support';

const { scope, client, close, measure } = meteredScope();
const users = new Users(scope, USER, 'retain');
const groups = new Groups(scope, GROUP, { uniqueNames: true, unknownMembers: 'skip' });

afterAll(close);

async function members(groupId: string): Promise<readonly JsonObject[]> {
  return (await groups.withMembers(await groups.get(groupId))).members;
}

async function found(filter: string): Promise<string[]> {
  return (await users.collection.matching(bindFilter(parseFilter(filter), USER))).map(({ attributes }) =>
    String(attributes['userName']),
  );
}

test('a scan of several pages finds every match once, in order of creation', async () => {
  const wide = { ...scope, connection: `${scope.connection}-wide` };
  const wideUsers = new Users(wide, USER, 'retain');
  // A page of a query has 1 MB: these are four.
  const nickName = 'x'.repeat(20_000);
  const ids: string[] = [];
  for (let index = 0; index < 200; index += 1) {
    const { id } = await wideUsers.create({
      userName: `wide${index}`,
      title: index % 2 === 0 ? 'even' : 'odd',
      nickName,
    });
    ids.push(id);
  }
  const search = async (filter: string): Promise<string[]> =>
    (await wideUsers.collection.matching(bindFilter(parseFilter(filter), USER))).map(({ id }) => id);
  expect(await search('userName pr')).toEqual(ids);
  expect(await search('title eq "odd"')).toEqual(ids.filter((_, index) => index % 2 === 1));
});

test('a scan fails as a whole, and does not mind what is deleted meanwhile', async () => {
  const own = { ...scope, connection: `${scope.connection}-scan` };
  const ids: string[] = [];
  const nickName = 'x'.repeat(20_000);
  for (let index = 0; index < 150; index += 1) {
    ids.push((await new Users(own, USER, 'erase').create({ userName: `scan${index}`, nickName })).id);
  }
  const search = (table: Table): Promise<readonly unknown[]> =>
    new Users({ ...own, table }, USER, 'erase').collection.matching(
      bindFilter(parseFilter('title pr or userName pr'), USER),
    );
  class FailingTable extends Table {
    private pages = 0;
    override async query(partition: string, options: QueryOptions = {}): Promise<QueryPage> {
      this.pages += partition.endsWith('#User') ? 1 : 0;
      if (this.pages === 4) throw new Error('no more');
      return super.query(partition, options);
    }
  }
  await expect(search(new FailingTable(client, server().tableName))).rejects.toThrow('no more');
  class ShrinkingTable extends Table {
    override async query(partition: string, options: QueryOptions = {}): Promise<QueryPage> {
      // The scan asks for the last one: everything behind the first page goes before it does.
      if (options.backward === true) {
        const behind = ids.slice(40).map((id) => ({ delete: resourceKey(own.connection, 'User', id) }));
        await super.writeEach(behind);
      }
      return super.query(partition, options);
    }
  }
  expect((await search(new ShrinkingTable(client, server().tableName))).length).toBeGreaterThanOrEqual(40);
});

test('who comes back before the deletion has been followed is in no group any more', async () => {
  const attributes = { userName: 'returning', externalId: 'returning' };
  const user = await users.create(attributes);
  const group = await groups.create({ displayName: 'Returning' }, membersFrom([{ value: user.id }]));
  // A request with so little time left hands over what follows.
  const hurried = { ...scope, table: scope.table.forRequest(Date.now() + 4500) };
  await new Users(hurried, USER, 'retain').delete(user.id, () => undefined);
  expect(await members(group.id)).toHaveLength(1);
  expect((await users.create(attributes)).id).toBe(user.id);
  expect(await members(group.id)).toEqual([]);
});

describe('filters by key', () => {
  const reads: Record<string, number> = {};
  beforeAll(async () => {
    for (const [name, ext] of [
      ['Ann', 'x'],
      ['Bob', 'x'],
      ['Cid', 'y'],
      ['d#e%', 'z'],
    ] as const) {
      await users.create({
        userName: name,
        externalId: ext,
        title: name,
        emails: [{ value: `${name}@example.com`, type: 'work' }],
      });
    }
  });

  test.each([
    ['userName eq "ANN"', ['Ann'], true],
    ['userName eq "D#E%"', ['d#e%'], true],
    ['externalId eq "x"', ['Ann', 'Bob'], true],
    ['externalId eq "X"', [], true],
    ['emails.value eq "bob@EXAMPLE.com"', ['Bob'], true],
    ['emails[type eq "work" and value eq "bob@example.com"]', ['Bob'], true],
    ['emails[type eq "home" and value eq "bob@example.com"]', [], true],
    ['externalId eq "x" and title eq "bob"', ['Bob'], true],
    ['title eq "bob" and externalId eq "x"', ['Bob'], true],
    ['userName eq "ann" or externalId eq "y"', ['Ann', 'Cid'], true],
    ['userName eq "ann" or title eq "cid"', ['Ann', 'Cid'], false],
    ['title sw "b" or not (externalId pr)', ['Bob'], false],
    ['userName eq "ann" and not (active eq true)', [], true],
  ])('%s', async (filter, expected, byKey) => {
    const { calls } = await measure(async () => expect(await found(filter)).toEqual(expected));
    reads[filter] = calls;
    // A scan is one Query; by key it is a lookup for each value and one fetch.
    if (byKey) expect(calls).toBeLessThanOrEqual(3);
  });

  test('counts are exact while users come and go', async () => {
    const before = await users.collection.count();
    const created = await Promise.all(
      Array.from({ length: 30 }, (_, index) => users.create({ userName: `count${index}` })),
    );
    expect(await users.collection.count()).toBe(before + 30);
    await Promise.all(created.map(({ id }) => users.delete(id, () => undefined)));
    expect(await users.collection.count()).toBe(before);
    expect(await users.collection.from(1, 200)).toHaveLength(before);
  });
});

describe('uniqueness and indexes follow every change', () => {
  test('a name that is given up can be taken, an address is found under its new value only', async () => {
    const user = await users.create({ userName: 'first', emails: [{ value: 'one@x' }, { value: 'two@x' }] });
    await users.change(user.id, () => ({ userName: 'second', emails: [{ value: 'two@x' }, { value: 'three@x' }] }));
    expect(await found('emails.value eq "one@x"')).toEqual([]);
    expect(await found('emails.value eq "two@x"')).toEqual(['second']);
    expect(await found('emails.value eq "THREE@x"')).toEqual(['second']);
    await users.create({ userName: 'FIRST' });
    await expect(users.change(user.id, () => ({ userName: 'first' }))).rejects.toThrow(
      expect.objectContaining({ status: 409 }),
    );
    // A change of case alone is no conflict with oneself.
    expect((await users.change(user.id, () => ({ userName: 'SECOND' }))).attributes).toEqual({ userName: 'SECOND' });
  });

  test('more addresses than a transaction can index are refused', async () => {
    const emails = Array.from({ length: 41 }, (_, index) => ({ value: `${index}@x` }));
    await expect(users.create({ userName: 'many', emails })).rejects.toThrow('40 different values');
  });

  test('long names and names that look like keys are told apart', async () => {
    const long = 'x'.repeat(600);
    for (const userName of [long, `${long}y`, 'a#unique', 'a%23unique', '#sha256:abc'])
      await users.create({ userName });
    for (const userName of [long, `${long}y`, 'a#unique', 'a%23unique', '#sha256:abc']) {
      expect(await found(`userName eq ${JSON.stringify(userName)}`)).toEqual([userName]);
    }
  });
});

describe('keys', () => {
  test('no value imitates another partition', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('a#b', '#sha256:x', 'c#x#User', 'x'.repeat(600)));
    fc.assert(
      fc.property(text, text, (left, right) => {
        const [one, two] = [left, right].map((value) => valuePartition('c', 'User', 'userName', value));
        expect(one === two).toBe(left === right);
        expect(one).not.toBe(resourcePartition('c', 'User'));
        expect(one?.split('#').slice(0, 4)).toEqual(['c', 'c', 'User', 'userName']);
        expect(Buffer.byteLength(one ?? '')).toBeLessThan(2048);
      }),
      { numRuns: 2000 },
    );
  });
  test('only ids of our own are ids', () => {
    for (const id of [
      '',
      'x',
      'displayName#x',
      '01890a5d-ac96-774b-bcce-b302099a8057#',
      '2c9d3d0a-6b1f-4cb1-8d79-1f7a5f2f4ec4',
    ]) {
      expect(isResourceId(id)).toBe(false);
    }
    expect(isResourceId('01890a5d-ac96-774b-bcce-b302099a8057')).toBe(true);
  });
});

describe('groups', () => {
  test('members in the filter by key, by display, negated', async () => {
    const [one, two] = [
      await users.create({ userName: 'gm1', displayName: 'One' }),
      await users.create({ userName: 'gm2' }),
    ];
    const group = await groups.create({ displayName: 'G1' }, membersFrom([{ value: one.id }, { value: two.id }]));
    const other = await groups.create({ displayName: 'G2' }, membersFrom([{ value: two.id }]));
    const search = async (filter: string): Promise<string[]> =>
      (await groups.collection.matching(bindFilter(parseFilter(filter), GROUP))).map(({ id }) => id);
    expect(await search(`members.value eq "${two.id}"`)).toEqual([group.id, other.id]);
    expect(await search(`members eq "${one.id}" and displayName eq "g2"`)).toEqual([]);
    expect(await search('members.display eq "one"')).toEqual([group.id]);
    expect(await search(`members.value eq "${two.id}" and not (members.value eq "${one.id}")`)).toEqual([other.id]);
    expect(await search('members[display eq "gm2" and type eq "User"]')).toEqual([group.id, other.id]);
    expect(await search(`displayName pr and members[value eq "${one.id}" and type eq "Group"]`)).toEqual([]);
  });

  test('a group may be created, replaced and emptied with any number of members', async () => {
    const joining = await Promise.all(
      Array.from({ length: 300 }, (_, index) => users.create({ userName: `crowd${index}` })),
    );
    const sent = joining.map(({ id }) => ({ value: id }));
    const group = await groups.create({ displayName: 'Crowd' }, membersFrom(sent.slice(0, 200)));
    expect(await members(group.id)).toHaveLength(200);
    const replace = (value: { value: string }[]) =>
      groups.change(group.id, ({ attributes }) => ({ attributes, members: membersFrom(value) }), false);
    const replaced = await replace(sent.slice(100));
    expect((await members(group.id)).map(({ value }) => value)).toEqual(
      sent
        .slice(100)
        .map(({ value }) => value)
        .sort(),
    );
    expect((await groups.get(group.id)).version).toBe(replaced.version);
    expect((await replace(sent.slice(100))).version).toBe(replaced.version);
    const item = await scope.table.get(resourceKey(scope.connection, 'Group', group.id));
    expect([item?.['members'], item?.['pending']]).toEqual([200, undefined]);
    await replace([]);
    expect(await members(group.id)).toEqual([]);
  });

  test('what a dead function left behind is completed by whoever comes next, once', async () => {
    const joining = await Promise.all(
      Array.from({ length: 250 }, (_, index) => users.create({ userName: `orphan${index}` })),
    );
    const edits = joining.map(({ id }) => ({ kind: 'add', member: { value: id, type: 'User' } }) as const);
    const group = await groups.create({ displayName: 'Left behind' }, NO_MEMBERSHIP_CHANGE);
    const key = resourceKey(scope.connection, 'Group', group.id);
    const left = async (): Promise<void> => {
      const intent = await recordEdits(scope, group.id, edits);
      await scope.table.write([
        { update: key, set: { pending: intent }, add: { members: 250 }, condition: { is: 'settled' } },
      ]);
    };
    await left();
    // Readers and writers at once: all of them see all of it.
    const [first] = joining;
    const seen = await Promise.all([
      groups.get(group.id).then(() => members(group.id)),
      groups.collection
        .matching(bindFilter(parseFilter('displayName eq "left behind"'), GROUP))
        .then(() => members(group.id)),
      groups
        .change(
          group.id,
          ({ attributes }) => ({ attributes: { ...attributes, externalId: 'x' }, members: NO_MEMBERSHIP_CHANGE }),
          false,
        )
        .then(() => members(group.id)),
    ]);
    expect(seen.map((found) => found.length)).toEqual([250, 250, 250]);
    expect((await scope.table.get(key))?.['members']).toBe(250);
    // Removed and left again half-way: the deletion of a member completes it, too.
    await groups.change(group.id, ({ attributes }) => ({ attributes, members: membersFrom([]) }), false);
    await left();
    await users.delete(first?.id ?? '', () => undefined);
    expect(await members(group.id)).toHaveLength(249);
    expect((await scope.table.get(key))?.['members']).toBe(249);
  });

  test('who is deleted in the middle of a large change is no member afterwards', async () => {
    const joining = await Promise.all(
      Array.from({ length: 120 }, (_, index) => users.create({ userName: `middle${index}` })),
    );
    const [victim] = joining;
    class RacingTable extends Table {
      private isRaced = false;
      override async write(writes: readonly Write[]): ReturnType<Table['write']> {
        const isBatch = writes.some((write) => 'delete' in write && write.delete.pk.includes('#intent#'));
        if (isBatch && !this.isRaced) {
          this.isRaced = true;
          await users.delete(victim?.id ?? '', () => undefined);
        }
        return super.write(writes);
      }
    }
    const racing = { ...scope, table: new RacingTable(client, server().tableName) };
    const racingGroups = new Groups(racing, GROUP, { uniqueNames: true, unknownMembers: 'skip' });
    const group = await racingGroups.create(
      { displayName: 'Middle' },
      membersFrom(joining.map(({ id }) => ({ value: id }))),
    );
    // The victim joined after its deletion had looked for memberships; the second look finds it.
    const later = Date.now() + 1000;
    await completeAbandoned(scope.table, { abandoned: later, settled: later }, (_, error) => {
      throw error;
    });
    expect(await members(group.id)).toHaveLength(119);
    expect((await scope.table.get(resourceKey(scope.connection, 'Group', group.id)))?.['members']).toBe(119);
  });

  test('two large changes at once: one after the other', async () => {
    const joining = await Promise.all(
      Array.from({ length: 240 }, (_, index) => users.create({ userName: `both${index}` })),
    );
    const group = await groups.create({ displayName: 'Both' }, NO_MEMBERSHIP_CHANGE);
    const add = (some: typeof joining) =>
      groups.change(
        group.id,
        ({ attributes }) => ({
          attributes,
          members: { clear: false, add: new Map(some.map(({ id }) => [id, { value: id }])), remove: new Set() },
        }),
        false,
      );
    const [one] = joining;
    await Promise.all([add(joining.slice(0, 120)), add(joining.slice(120)), add(one === undefined ? [] : [one])]);
    expect(await members(group.id)).toHaveLength(240);
    expect((await scope.table.get(resourceKey(scope.connection, 'Group', group.id)))?.['members']).toBe(240);
  });

  test('a change of nothing keeps the version', async () => {
    const group = await groups.create({ displayName: 'Still' }, NO_MEMBERSHIP_CHANGE);
    const same = await groups.change(group.id, ({ attributes }) => ({ attributes, members: membersFrom([]) }), false);
    expect(same).toEqual(group);
  });
});

test('a filter that no key helps has a budget', async () => {
  expect(SCAN_BUDGET).toBeGreaterThanOrEqual(20_000);
});

describe('connections and tokens', () => {
  const connections = new Connections(scope.table);

  test('a token is valid until it expires, and no other is', () => {
    const now = new Date('2026-01-01T00:00:00Z');
    const token = issueToken('acme', 1, now);
    const presented = readToken(token.value);
    if (presented === undefined) throw new Error('unreadable');
    expect(presented.connection).toBe('acme');
    expect(isValidToken(presented, [token], now)).toBe(true);
    expect(isValidToken(presented, [token], new Date('2026-01-02T00:00:00Z'))).toBe(false);
    expect(isValidToken(presented, [], now)).toBe(false);
    expect(isValidToken(presented, [issueToken('acme', 1, now)], now)).toBe(false);
    expect(isValidToken(presented, [{ ...token, digest: issueToken('acme').digest }], now)).toBe(false);
    for (const text of [
      '',
      token.value.slice(1),
      `${token.value}x`,
      token.value.replace('scim_', 'scim-'),
      'scim_A_b_c',
    ]) {
      expect(readToken(text)).toBeUndefined();
    }
  });

  test('the table keeps digests and no token', async () => {
    const id = scope.connection.slice(0, 20);
    const token = issueToken(id);
    const connection = {
      id,
      displayName: 'D',
      identityProvider: 'rfc',
      enabled: true,
      userDeletion: 'erase' as const,
      groups: false,
      failureMail: { recipients: ['a@b.example'], windowSeconds: 5 },
      tokenExpiresInDays: 3,
      createdAt: token.createdAt,
      schemas: [],
      cursorKey: 'k',
      tokens: [{ id: token.id, digest: token.digest, createdAt: token.createdAt, expiresAt: token.expiresAt }],
    };
    expect(await connections.add({ ...connection, tokens: [token] })).toBe(true);
    expect(await connections.add(connection)).toBe(false);
    expect(await connections.find(id)).toEqual(connection);
    expect(JSON.stringify(await scope.table.get(connectionKey(id)))).not.toContain(token.value);
    await connections.withdraw(id);
    expect(await connections.find(id)).toBeUndefined();
  });
});
