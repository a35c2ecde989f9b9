import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { usersFromCsv } from '../../cli/transfer/csv';
import { fromAuth0, fromWorkOs } from '../../cli/transfer/dumps';
import { openFile } from '../../cli/transfer/file-source';
import type { Place, SourceLine } from '../../cli/transfer/source';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

test('the header of a CSV file has SCIM paths', () => {
  const header = [
    ...['\uFEFFid', 'userName', 'active', 'name.givenName', 'emails[type eq "work"].value'],
    ...['emails[type eq "work"].primary', 'emails[type eq "home"].value', 'phoneNumbers'],
    ...[`${ENTERPRISE}:department`, `${ENTERPRISE}:manager.value`, 'meta.created'],
    'urn:example:acme:1.0:badge',
  ];
  const ada = [
    ...['u-1', 'ada@acme.example', 'TRUE', 'Ada', 'ada@work.example', 'true', 'ada@home.example'],
    ...['+49 30 1', 'Flight', 'u-2', '2019-03-04T05:06:07Z', '007'],
  ];
  const bob = ['', '"bob, the ""cook"""', 'false', '', '', '', '', '', '', '', '', ''];
  const csv = [header, ada, [], bob].map((row) => row.join(',')).join('\r\n');
  expect(usersFromCsv(csv)).toEqual([
    {
      line: 2,
      user: {
        schemas: [USER],
        id: 'u-1',
        userName: 'ada@acme.example',
        active: true,
        name: { givenName: 'Ada' },
        emails: [
          { type: 'work', value: 'ada@work.example', primary: true },
          { type: 'home', value: 'ada@home.example' },
        ],
        phoneNumbers: [{ value: '+49 30 1' }],
        [ENTERPRISE]: { department: 'Flight', manager: { value: 'u-2' } },
        meta: { created: '2019-03-04T05:06:07Z' },
        'urn:example:acme:1.0': { badge: '007' },
      },
    },
    { line: 4, user: { schemas: [USER], userName: 'bob, the "cook"', active: false } },
  ]);
});

test('columns of one list without a type belong together', () => {
  const [row] = usersFromCsv(
    'userName,emails.type,emails.value,emails.primary\nada,work,ada@acme.example,true\n',
  );
  const emails = [{ type: 'work', value: 'ada@acme.example', primary: true }];
  expect(row?.user).toMatchObject({ emails });
});

test.each([
  ['', /empty/],
  ['name.givenName\nAda', /needs a column "userName"/],
  ['userName,first name\na,b', /"first name" is no SCIM path/],
  ['userName,active\na,yes', /"active" takes true and false, not "yes"/],
  ['userName,title\na,b,c', /cannot be read: .*line 2/],
  ['userName\n"a', /cannot be read: /],
])('a CSV file that is wrong is refused: %j', (csv, message) => {
  expect(() => usersFromCsv(csv)).toThrow(message);
});

test('any text survives as a field of CSV', () => {
  const text = fc.string({ unit: 'binary', minLength: 1 }).map((value) => `x${value}x`);
  fc.assert(
    fc.property(text, (value) => {
      const field = `"${value.replaceAll('"', '""')}"`;
      const [row] = usersFromCsv(`userName,title\n${field},t\n`);
      expect(row?.user['userName']).toBe(value);
    }),
  );
});

test('a large group is read in parts, and as a whole if a part was not sent', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'file-source-'));
  try {
    const file = path.join(folder, 'groups.jsonl');
    const members = Array.from({ length: 9000 }, (_, index) => ({
      value: `user-${index}-${'x'.repeat(20)}`,
    }));
    const large = { schemas: [GROUP], id: 'g', displayName: 'All', members };
    writeFileSync(file, `{"id":"u"}\n${JSON.stringify(large)}\n{"id":"v"}\n`);
    const read = async (from?: Place): Promise<readonly SourceLine[]> => {
      const lines: SourceLine[] = [];
      for await (const line of (await openFile(file)).lines(from)) lines.push(line);
      return lines;
    };
    const lines = await read();
    expect(lines.map(({ number, next }) => [number, next])).toEqual([
      [1, 1],
      ...Array.from({ length: 8 }, () => [2, 1]),
      [2, 2],
      [3, 3],
    ]);
    const parts = lines.slice(1, 10).map(({ text }) => JSON.parse(text) as typeof large);
    expect(parts.flatMap((part) => part.members)).toEqual(members);
    expect(await read(lines[4]?.next)).toEqual(lines.slice(1));
    expect(await read(lines[9]?.next)).toEqual(lines.slice(10));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('users and groups of WorkOS keep their ids, with the members that users name', () => {
  const group = { id: 'directory_group_1', name: 'Cooks', created_at: '2021-06-25T19:07:33.155Z' };
  const lines = fromWorkOs([
    { object: 'directory_group', id: 'directory_group_2', idp_id: 'g2', name: 'Pilots' },
    {
      object: 'directory_user',
      id: 'directory_user_1',
      idp_id: '2836',
      username: 'ada@acme.example',
      first_name: 'Ada',
      last_name: null,
      emails: [{ primary: true, type: 'work', value: 'ada@acme.example' }],
      state: 'inactive',
      groups: [group],
      created_at: '2021-06-25T19:07:33.155Z',
      updated_at: '2022-06-25T19:07:33.155Z',
    },
    {
      object: 'directory_user',
      id: 'directory_user_2',
      state: 'active',
      custom_attributes: { username: 'bob', job_title: 'Cook' },
      groups: [group],
    },
  ]);
  expect(lines).toEqual([
    {
      schemas: [USER],
      id: 'directory_user_1',
      externalId: '2836',
      userName: 'ada@acme.example',
      name: { givenName: 'Ada' },
      emails: [{ value: 'ada@acme.example', type: 'work', primary: true }],
      active: false,
      meta: {
        resourceType: 'User',
        created: '2021-06-25T19:07:33.155Z',
        lastModified: '2022-06-25T19:07:33.155Z',
      },
    },
    expect.objectContaining({
      id: 'directory_user_2',
      userName: 'bob',
      title: 'Cook',
      active: true,
    }),
    {
      schemas: [GROUP],
      id: 'directory_group_2',
      externalId: 'g2',
      displayName: 'Pilots',
      meta: { resourceType: 'Group' },
    },
    expect.objectContaining({ id: 'directory_group_1', displayName: 'Cooks' }),
    expect.objectContaining({
      id: 'directory_group_1',
      members: [{ value: 'directory_user_1' }, { value: 'directory_user_2' }],
    }),
  ]);
});

test('users of Auth0 have their ids as those of the application', () => {
  const lines = fromAuth0([
    {
      user_id: 'auth0|5f7c8ec7c33c6c004bbafe82',
      email: 'ada@acme.example',
      given_name: 'Ada',
      family_name: 'Lovelace',
      name: 'Ada Lovelace',
      blocked: true,
      app_metadata: { external_id: 'e-1' },
      created_at: '2020-10-06T15:33:27.000Z',
    },
    { user_id: 'x|1', username: 'bob', email: 'bob@acme.example' },
  ]);
  expect(lines).toEqual([
    {
      schemas: [USER],
      applicationId: 'auth0|5f7c8ec7c33c6c004bbafe82',
      externalId: 'e-1',
      userName: 'ada@acme.example',
      displayName: 'Ada Lovelace',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      emails: [{ value: 'ada@acme.example', primary: true }],
      active: false,
      meta: { resourceType: 'User', created: '2020-10-06T15:33:27.000Z' },
    },
    expect.objectContaining({ userName: 'bob', applicationId: 'x|1', active: true }),
  ]);
});
