import { countPartition, resourceKey } from '../../directory/store/keys';
import { SCAN_BUDGET } from '../../directory/resources/collection';
import type { QueryOptions, QueryPage } from '../../directory/store/query';
import { Table } from '../../directory/store/table';
import { Users } from '../../directory/users';
import { bindFilter } from '../../scim/filter/bind';
import { parseFilter } from '../../scim/filter/parse';
import { USER } from '../../scim/schema/resource-type';
import { server } from '../support/client';
import { meteredTenant } from './support';

const { tenant, client, close, measure } = meteredTenant();
const users = new Users(tenant, USER, 'retain');

afterAll(close);

async function found(filter: string): Promise<string[]> {
  return (await users.collection.matching(bindFilter(parseFilter(filter), USER))).map(
    ({ attributes }) => String(attributes['userName']),
  );
}

test('a scan of several pages finds every match once, in order of creation', async () => {
  const wide = { ...tenant, connection: `${tenant.connection}-wide` };
  const wideUsers = new Users(wide, USER, 'retain');
  // A query page holds 1 MB; these users take four pages.
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
    (await wideUsers.collection.matching(bindFilter(parseFilter(filter), USER))).map(
      ({ id }) => id,
    );
  expect(await search('userName pr')).toEqual(ids);
  expect(await search('title eq "odd"')).toEqual(ids.filter((_, index) => index % 2 === 1));
});

test('a scan fails if one of its pages fails, and tolerates deletions while it runs', async () => {
  const own = { ...tenant, connection: `${tenant.connection}-scan` };
  const ids: string[] = [];
  const nickName = 'x'.repeat(20_000);
  for (let index = 0; index < 150; index += 1) {
    ids.push(
      (await new Users(own, USER, 'erase').create({ userName: `scan${index}`, nickName })).id,
    );
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
      // The scan queries backward for the last user; delete all users after the first page before.
      if (options.backward === true) {
        const behind = ids
          .slice(40)
          .map((id) => ({ delete: resourceKey(own.connection, 'User', id) }));
        await super.writeEach(behind);
      }
      return super.query(partition, options);
    }
  }
  expect(
    (await search(new ShrinkingTable(client, server().tableName))).length,
  ).toBeGreaterThanOrEqual(40);
});

describe('filters and counts', () => {
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
    [Array<string>(250).fill('externalId eq "x"').join(' or '), ['Ann', 'Bob'], true],
  ])('filter %s', async (filter, expected, byKey) => {
    const { calls } = await measure(async () => expect(await found(filter)).toEqual(expected));
    reads[filter] = calls;
    // A lookup by key takes one call per value and one to fetch the users.
    if (byKey) expect(calls).toBeLessThanOrEqual(3);
  });

  test('counts stay exact while users are created and deleted', async () => {
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

test('a filter of many comparisons may scan fewer resources', async () => {
  const many = { ...tenant, connection: `${tenant.connection}-many` };
  const manyUsers = new Users(many, USER, 'retain');
  const count = countPartition(many.connection, 'User');
  await tenant.table.write([{ put: { pk: count, sk: '0', resources: 15_000 } }]);
  const search = (comparisons: number): Promise<readonly unknown[]> => {
    const filter = Array<string>(comparisons).fill('title eq "x"').join(' or ');
    return manyUsers.collection.matching(bindFilter(parseFilter(filter), USER));
  };
  expect(await search(50)).toEqual([]);
  await expect(search(100)).rejects.toMatchObject({ scimType: 'tooMany' });
});

test('a filter without a key may scan at least 20,000 resources', async () => {
  expect(SCAN_BUDGET).toBeGreaterThanOrEqual(20_000);
});
