import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertEarlierItems } from '../../directory/completion/earlier-items';
import { Connections } from '../../directory/connections/connections';
import { searchConnections } from '../../directory/connections/connection-search';
import { eraseEntries } from '../../directory/log/erasure';
import { CustomResources } from '../../directory/custom-resources';
import { Groups } from '../../directory/groups';
import type { Tenant } from '../../directory/resources/tenant';
import type { Item } from '../../directory/store/item';
import {
  BACKFILLS,
  connectionKey,
  CONNECTIONS,
  INVERSE_INDEX,
  resourceKey,
} from '../../directory/store/keys';
import { Table } from '../../directory/store/table';
import { Users } from '../../directory/users';
import { verify } from '../../directory/verify/verify';
import { bindFilter } from '../../scim/filter/bind';
import { parseFilter } from '../../scim/filter/parse';
import { membersFrom } from '../../scim/patch/memberships';
import type { Attributes } from '../../scim/resource/parse';
import { resourceTypeOf } from '../../scim/schema/custom-type';
import { parseCustomType } from '../../scim/schema/parse-custom-type';
import { GROUP, USER } from '../../scim/schema/resource-type';
import { convertUpTo, DELAY_MS, STAGES, strict, type Stage } from './conversion';
import { createOwnTable, openEngine } from './support';

/*
 * A table that release 0.2.0 wrote, with names that it stored in another form: with white space
 * around them, and with a letter that has no composed upper case. Requests are right before, while
 * and after the `completion` function converts it.
 */

const ITEMS = JSON.parse(
  readFileSync(join(__dirname, 'fixtures/table-0.2.0.json'), 'utf8'),
) as readonly Item[];

const client = openEngine();

const convert = strict(convertEarlierItems);

afterAll(() => {
  client.close();
});

async function upgraded(stage: Stage): Promise<{
  table: Table;
  users: Users;
  groups: Groups;
  find: (filter: string) => Promise<string[]>;
  findGroup: (filter: string) => Promise<string[]>;
}> {
  const name = await createOwnTable();
  const table = new Table(client, name);
  await table.writeEach(ITEMS.map((put) => ({ put })));
  await convertUpTo(stage, convert, client, name);
  const tenant: Tenant = { table, connection: 'upgraded', baseUrl: 'https://x' };
  const users = new Users(tenant, USER, 'retain');
  const groups = new Groups(tenant, GROUP, { uniqueNames: true, unknownMembers: 'skip' });
  const find = async (filter: string): Promise<string[]> =>
    (await users.collection.matching(bindFilter(parseFilter(filter), USER))).map(
      ({ attributes }) => attributes['userName'] as string,
    );
  const findGroup = async (filter: string): Promise<string[]> =>
    (await groups.collection.matching(bindFilter(parseFilter(filter), GROUP))).map(
      ({ attributes }) => attributes['displayName'] as string,
    );
  return { table, users, groups, find, findGroup };
}

async function findings(table: Table): Promise<[string[], number]> {
  const { findings: found, formerValues } = await verify(table);
  return [found.map(({ subject, problem }) => `${subject} ${problem}`), formerValues];
}

describe.each(STAGES)('%s the conversion', (stage) => {
  test('every resource is found by its name as it is', async () => {
    const { table, find, findGroup } = await upgraded(stage);
    const names = ['plain', 'Spaced ', 'J\u030Can', 'ΣΊΣΥΦΟΣ', 'renamed '];
    for (const name of names) expect(await find(`userName eq "${name}"`)).toEqual([name]);
    expect(await find('userName eq "twin "')).toEqual(expect.arrayContaining(['twin ']));
    expect(await find('emails.value eq "spaced@x.example "')).toEqual(['Spaced ']);
    expect(await findGroup('displayName eq "TEAM "')).toEqual(['Team ']);
    const [found, former] = await findings(table);
    expect(found).toEqual([]);
    if (stage === 'before') expect(former).toBe(8);
    if (stage === 'while') expect([8, 1]).not.toContain(former);
    // The second of the twins keeps its form: the name is taken.
    if (stage === 'after') expect(former).toBe(1);
  });

  test('a connection gets resource types, which the conversion keeps', async () => {
    const { table } = await upgraded(stage);
    const parsed = parseCustomType('Role', { preset: 'oktaRole' });
    if ('problems' in parsed) throw new Error('The preset is wrong.');
    const { definition } = parsed;
    const connections = new Connections(table);
    const { schemas } = (await connections.find('upgraded')) ?? {};
    const action = { actor: 'test', action: 'resourceType.put' } as const;
    await connections.change('upgraded', action, (before) => ({
      ...before,
      customTypes: [definition],
    }));
    const tenant: Tenant = { table, connection: 'upgraded', baseUrl: 'https://x' };
    const roles = new CustomResources(tenant, resourceTypeOf(definition), ['User', 'Group']);
    await roles.put('r-1', { displayName: 'Admin' });
    const now = Date.now();
    for (const at of [now, now + DELAY_MS, now + DELAY_MS]) await convert(table, at);
    const after = await connections.find('upgraded');
    expect([after?.schemas, after?.customTypes]).toEqual([schemas, [definition]]);
    expect((await roles.get('r-1')).attributes).toEqual({ displayName: 'Admin' });
    expect((await findings(table))[0]).toEqual([]);
  });

  test('a connection is listed, and found by its name', async () => {
    const { table } = await upgraded(stage);
    const connections = new Connections(table);
    const listed = async (after?: string): Promise<string[]> =>
      (await connections.list(10, after)).connections.map(({ id }) => id);
    expect(await listed()).toEqual(['upgraded']);
    expect(await listed('upgrade')).toEqual(['upgraded']);
    expect(await listed('upgraded')).toEqual([]);
    for (const [text, ids] of [
      ['UPGRADED', ['upgraded']],
      ['grade', ['upgraded']],
      ['other', []],
    ] as const) {
      expect((await searchConnections(table, text, 10)).ids).toEqual(ids);
    }
    const [key] = (await table.query(CONNECTIONS, { index: INVERSE_INDEX })).items;
    const sort = { before: 'upgraded', while: 'upgraded#upgraded', after: 'upgraded#upgraded' };
    expect(key?.['gsi1sk']).toBe(sort[stage]);
    // The first change brings the name into the index, too.
    const action = { actor: 'test', action: 'connection.update' } as const;
    await connections.change('upgraded', action, (one) => ({ ...one, displayName: 'Zoë' }));
    expect((await searchConnections(table, 'zoë', 10)).ids).toEqual(['upgraded']);
    expect((await searchConnections(table, 'upgr', 10)).ids).toHaveLength(1);
  });

  test('resources count as sequence 1 before their next change', async () => {
    const { table, users, groups } = await upgraded(stage);
    const [user] = await users.collection.from(1, 1);
    const [group] = await groups.collection.from(1, 1);
    expect([user?.sequence, group?.sequence]).toEqual([1, 1]);
    const sequenceIn = async (type: 'User' | 'Group', id = ''): Promise<unknown> =>
      (await table.get(resourceKey('upgraded', type, id)))?.['sequence'];
    const title = (): Attributes => ({ userName: 'plain', title: String(Math.random()) });
    await users.change(user?.id ?? '', title);
    expect(await sequenceIn('User', user?.id)).toBe(2);
    await users.change(user?.id ?? '', title);
    expect(await sequenceIn('User', user?.id)).toBe(3);
  });

  test('a name that is taken stays taken', async () => {
    const { users, groups } = await upgraded(stage);
    for (const userName of ['Spaced ', 'J\u030Can', 'twin', 'twin ']) {
      await expect(users.create({ userName })).rejects.toMatchObject({ status: 409 });
    }
    const group = groups.create({ displayName: 'team ' }, membersFrom([]));
    await expect(group).rejects.toMatchObject({ status: 409 });
  });

  test('resources can be renamed and deleted, and free their names', async () => {
    const { table, users, groups } = await upgraded(stage);
    const all = await users.collection.from(1, 100);
    const groupItems = await groups.collection.from(1, 100);
    const idOf = (name: string): string =>
      [...all, ...groupItems].find(({ attributes }) =>
        [attributes['userName'], attributes['displayName']].includes(name),
      )?.id ?? '';
    await users.change(idOf('renamed '), () => ({ userName: 'renamed' }));
    await users.change(idOf('J\u030Can'), () => ({ userName: '\u01F0an' }));
    await users.change(idOf('Spaced '), (user) => ({ ...user.attributes, title: 'same name' }));
    await users.change(idOf('plain'), () => ({ userName: ' Plain ' }));
    for (const name of ['deleted ', 'twin ']) await users.delete(idOf(name), () => undefined);
    await groups.delete(idOf('Team '), () => undefined);
    expect((await findings(table))[0]).toEqual([]);
    await users.create({ userName: 'deleted ', externalId: 'another' });
    await groups.create({ displayName: 'team' }, membersFrom([]));
    await expect(users.create({ userName: 'twin' })).rejects.toMatchObject({ status: 409 });
    expect((await findings(table))[0]).toEqual([]);
  });

  test('a deleted user comes back under its id', async () => {
    const { table, users } = await upgraded(stage);
    const [gone] = ITEMS.filter(({ pk }) => pk === 'c#upgraded#DeletedUser');
    const back = await users.create({ userName: ' Gone' });
    expect(back.id).toBe(gone?.sk);
    expect((await findings(table))[0]).toEqual([]);
  });
});

test('after the conversion, names are found in any form', async () => {
  const { find, findGroup } = await upgraded('after');
  expect(await find('userName eq "spaced"')).toEqual(['Spaced ']);
  expect(await find('userName eq "\u01F0an"')).toEqual(['J\u030Can']);
  expect(await find('emails.value eq "SPACED@x.example"')).toEqual(['Spaced ']);
  expect(await findGroup('displayName eq "Team"')).toEqual(['Team ']);
});

test('after the conversion, an erased user leaves no name in the log', async () => {
  const { table } = await upgraded('after');
  const [user] = ITEMS.filter(({ attributes }) => String(attributes).includes('"plain"'));
  const entries = async (): Promise<Item[]> => [
    ...(await table.query('c#upgraded#change')).items,
    ...(await table.query('c#upgraded#log', { between: ['0', 'g'] })).items,
  ];
  expect(JSON.stringify(await entries())).toContain('plain');
  expect(await eraseEntries({ table, connection: 'upgraded' }, user?.sk ?? '')).toBe(true);
  expect(await entries()).toHaveLength(2);
  expect(JSON.stringify(await entries())).not.toContain('plain');
});

test('a run without time saves where the next one continues', async () => {
  const { table } = await upgraded('before');
  const now = Date.now();
  await convert(table, now);
  const late = table.forRequest(Date.now() + 3500);
  expect(await convert(late, now + DELAY_MS)).toBe(false);
  expect(await table.get({ pk: BACKFILLS, sk: '0.3.0' })).toMatchObject({
    connection: 'upgraded',
    partition: 0,
    after: '',
  });
  expect(await convert(table, now + DELAY_MS)).toBe(true);
});

test('requests during the conversion do not disturb it', async () => {
  const { table, users } = await upgraded('before');
  const tenant: Tenant = { table, connection: 'upgraded', baseUrl: 'https://x' };
  const ids = (await users.collection.from(1, 100)).map(({ id }) => id);
  const now = Date.now();
  await convert(table, now);
  await Promise.all([
    convert(table, now + DELAY_MS),
    convert(table, now + DELAY_MS),
    ...ids.map((id, index) =>
      index % 2 === 0
        ? users.change(id, ({ attributes }) => ({ ...attributes, title: 'changed' }))
        : new Users(tenant, USER, 'retain').delete(id, () => undefined),
    ),
  ]);
  expect((await findings(table))[0]).toEqual([]);
});

test('a connection that cannot be read does not stop the conversion of the others', async () => {
  const { table } = await upgraded('before');
  const damaged = { ...connectionKey('damaged'), gsi1pk: CONNECTIONS, gsi1sk: 'damaged' };
  await table.write([{ put: damaged }]);
  const failed: string[] = [];
  const now = Date.now();
  for (const at of [now, now + DELAY_MS]) {
    await convertEarlierItems(table, at, ({ pk }) => failed.push(pk));
  }
  expect(failed).toEqual([damaged.pk]);
  const [, key] = (await table.query(CONNECTIONS, { index: INVERSE_INDEX })).items;
  expect(key?.['gsi1sk']).toBe('upgraded#upgraded');
});
