import { gzipSync } from 'node:zlib';
import { admin, Client, expectError, PATCH_OP, send, USER, type Reply } from '../support/client';

/* Requests of real clients that need more than the rewriters: HTTP, the log, and the directory. */

let client: Client;

beforeAll(async () => {
  client = await Client.connect('generic');
});

function post(body: string | Buffer, headers: Readonly<Record<string, string>>): Promise<Reply> {
  const authorization = { Authorization: `Bearer ${client.token}` };
  return send('POST', `${client.baseUrl}/Users`, { ...authorization, ...headers }, body);
}

describe('the encoding of a body', () => {
  const body = (userName: string): string => JSON.stringify({ schemas: [USER], userName });

  test.each([
    'application/scim+json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; Charset=utf8; version=1',
  ])('%s is UTF-8', async (contentType) => {
    const userName = `Ä-${contentType}`;
    const reply = await post(body(userName), { 'Content-Type': contentType });
    expect([reply.status, reply.body.userName]).toEqual([201, userName]);
  });

  test('a byte order mark is skipped', async () => {
    const headers = { 'Content-Type': 'application/scim+json', 'Content-Encoding': 'identity' };
    expect((await post(`\uFEFF${body('bom')}`, headers)).status).toBe(201);
  });

  test('another declared charset is refused with 415', async () => {
    const headers = { 'Content-Type': 'application/json; charset=ISO-8859-1' };
    expectError(await post(Buffer.from(body('Jörg'), 'latin1'), headers), 415);
  });

  test.each(['gzip', 'br', 'deflate'])(
    'Content-Encoding %s is refused with 415',
    async (coding) => {
      const headers = { 'Content-Type': 'application/json', 'Content-Encoding': coding };
      const reply = await post(gzipSync(body('zipped')), headers);
      expectError(reply, 415);
      expect(reply.body.detail).toContain('without Content-Encoding');
    },
  );

  test('bytes that are not UTF-8 are refused instead of being replaced', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const reply = await post(Buffer.from(body('Jörg'), 'latin1'), headers);
    expectError(reply, 400, 'invalidSyntax');
    expect(reply.body.detail).toContain('UTF-8');
  });
});

test('GET with an If-Match that does not match is 412 (RFC 9110 section 13.1.1)', async () => {
  const { id, meta } = await client.user('if-match');
  const get = (ifMatch: string): Promise<Reply> =>
    client.call('GET', `/Users/${id}`, undefined, { 'If-Match': ifMatch });
  expect((await get(meta.version)).status).toBe(200);
  expectError(await get('W/"stale"'), 412);
  const group = await client.group('if-match');
  expectError(
    await client.call('GET', `/Groups/${group.id}`, undefined, { 'If-Match': 'W/"stale"' }),
    412,
  );
});

test('a page holds 1,000 resources at most', async () => {
  const { body } = await client.get('/ServiceProviderConfig');
  expect(body.pagination.maxPageSize).toBe(1000);
});

describe('unknown attributes', () => {
  async function ignored(): Promise<string[]> {
    const { body } = await admin('GET', `/connections/${client.id}/requests?kind=ignored`);
    return body.requests.map(({ route, attribute }: { route: string; attribute: string }) =>
      [route.split('/').at(-1), attribute].join(' '),
    );
  }

  test('are dropped, the rest is done, and each is logged once a day', async () => {
    const unknown = { shoeSize: 9, name: { nickname: 'x' }, 'urn:other:User': { a: 1 } };
    const { id } = await client.user('unknown', unknown);
    const patch = (value: string): Promise<Reply> =>
      client.patch(
        `/Users/${id}`,
        { op: 'Add', path: 'extensionAttribute1', value: 'secret' },
        { op: 'Add', path: 'emails[type eq "secret"].verified', value: 'secret' },
        { op: 'Replace', path: 'title', value },
      );
    expect((await patch('first')).body.title).toBe('first');
    expect((await patch('second')).body.title).toBe('second');
    await client.user('unknown-2', unknown);
    const entries = await ignored();
    expect(entries.sort()).toEqual([
      'Users name.nickname',
      'Users shoeSize',
      'Users urn:other:User',
      '{id} emails.verified',
      '{id} extensionAttribute1',
    ]);
  });

  test('are explained', async () => {
    const { body } = await admin('GET', `/connections/${client.id}/requests?kind=ignored`);
    expect(body.requests[0]).toMatchObject({
      cause: 'ignoredAttribute',
      title: expect.stringMatching(/ was ignored$/),
      remedy: expect.stringContaining('schema extension'),
    });
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  test('of requests that fail are not logged', async () => {
    await client.post('/Users', { schemas: [USER], failing: 1 });
    expect((await ignored()).join()).not.toContain('failing');
  });
});

describe('the local gateway behaves like a REST API', () => {
  const headers = () => ({ Authorization: `Bearer ${client.token}` });

  test('one slash at the end is ignored, and a double one has no route', async () => {
    expect((await send('GET', `${client.baseUrl}/Users/`, headers())).status).toBe(200);
    for (const path of ['//Users', '/Users//x']) {
      expectError(await send('GET', `${client.baseUrl}${path}`, headers()), 404);
    }
  });

  test('a challenge is also sent under the name that API Gateway gives it', async () => {
    const { headers: sent } = await send('GET', `${client.baseUrl}/Users`);
    const names = ['www-authenticate', 'x-amzn-remapped-www-authenticate'];
    expect(names.map((name) => sent[name])).toEqual(['Bearer', 'Bearer']);
  });
});

describe('a replacement of members', () => {
  test.each(['PATCH', 'PUT'])('by %s in which no member is known is refused', async (method) => {
    const { id } = await client.user(`known-${method}`);
    const group = await client.group(`replaced-${method}`, [id]);
    const members = [{ value: '01990000-0000-7000-8000-000000000000' }];
    const reply =
      method === 'PUT'
        ? await client.put(`/Groups/${group.id}`, { ...group, members })
        : await client.patch(`/Groups/${group.id}`, {
            op: 'replace',
            path: 'members',
            value: members,
          });
    expectError(reply, 400, 'invalidValue');
    expect(await client.memberIds(group.id)).toEqual([id]);
  });

  test('of one member by an unknown one is refused', async () => {
    const { id } = await client.user('selected');
    const group = await client.group('Selected', [id]);
    const replace = { op: 'replace', path: `members[value eq "${id}"]`, value: 'garbage' };
    expectError(await client.patch(`/Groups/${group.id}`, replace), 400, 'invalidValue');
    expect(await client.memberIds(group.id)).toEqual([id]);
  });

  test('keeps the known members', async () => {
    const { id } = await client.user('known-some');
    const group = await client.group('replaced-some', [id]);
    const members = [{ value: '01990000-0000-7000-8000-000000000000' }, { value: id }];
    const replace = { op: 'replace', path: 'members', value: members };
    expect((await client.patch(`/Groups/${group.id}`, replace)).status).toBe(200);
    expect(await client.memberIds(group.id)).toEqual([id]);
  });
});

describe('a user who is created again after a deletion (contract 5)', () => {
  async function again(before: object, after: object): Promise<boolean> {
    const first = await client.user('x', before);
    await client.delete(`/Users/${first.id}`);
    const second = await client.user('x', after);
    await client.delete(`/Users/${second.id}`);
    const isSame = first.id === second.id;
    expect(first.meta.created === second.meta.created).toBe(isSame);
    return isSame;
  }

  test.each<[string, object, object, boolean]>([
    ['the same externalId', { externalId: '1' }, { externalId: '1' }, true],
    [
      'the same externalId and another name',
      { externalId: '6' },
      { externalId: '6', userName: 'renamed' },
      true,
    ],
    ['another externalId', { externalId: '1' }, { externalId: '2' }, false],
    ['an externalId in another case', { externalId: 'a' }, { externalId: 'A' }, false],
    ['an externalId only before', { externalId: '3' }, {}, true],
    ['an externalId only now', {}, { externalId: '4' }, true],
    ['an empty externalId before', { externalId: '' }, { externalId: '5' }, true],
  ])('with %s', async (name, before, after, isSame) => {
    const userName = `again-${name}`;
    expect(await again({ userName, ...before }, { userName, ...after })).toBe(isSame);
  });

  test('takes the one without an externalId from several with the same name', async () => {
    const userName = 'again-several';
    const anonymous = await client.user(userName);
    await client.delete(`/Users/${anonymous.id}`);
    // Revived by its name, and deleted again under the externalId of one person.
    const first = await client.user(userName, { externalId: 's-1' });
    expect(first.id).toBe(anonymous.id);
    await client.delete(`/Users/${first.id}`);
    const second = await client.user(userName, { externalId: 's-2' });
    expect(second.id).not.toBe(first.id);
    await client.delete(`/Users/${second.id}`);
    expect((await client.user(userName, { externalId: 's-1' })).id).toBe(first.id);
  });
});

describe('names that look the same are the same', () => {
  test.each([
    ['a trailing space', 'same', 'same '],
    ['a composed letter in lower case only', '\u01F0an', 'J\u030Can'],
  ])('%s', async (_name, first, second) => {
    await client.user(first);
    expectError(
      await client.post('/Users', { schemas: [USER], userName: second }),
      409,
      'uniqueness',
    );
    expect(await client.search('/Users', `userName eq "${second}"`)).toHaveLength(1);
    await client.group(first);
    const group = await client.post('/Groups', { displayName: second });
    expectError(group, 409, 'uniqueness');
  });
});

test('an error quotes 200 characters of a request at most', async () => {
  const long = 'x'.repeat(100_000);
  const { id } = await client.user('quoted');
  const operations = (operation: object): object => ({
    schemas: [PATCH_OP],
    Operations: [operation],
  });
  const replies = await Promise.all([
    client.call('PATCH', `/Users/${id}`, operations({ op: long })),
    client.call('PATCH', `/Users/${id}`, operations({ op: 'add', path: long, value: 1 })),
    client.call(
      'PATCH',
      `/Users/${id}`,
      operations({ op: 'add', path: `emails[${long}`, value: 1 }),
    ),
    client.post('/Users/.search', { filter: `${long} eq 1` }),
    client.post('/Users/.search', { filter: `${long.slice(0, 8000)} eq 1` }),
    client.post('/Users/.search', { sortBy: long }),
    client.call('POST', '/Users', `{"a": ${long}}`),
    client.post('/Bulk', { Operations: [{ method: long, path: long }] }),
  ]);
  for (const reply of replies) expect(reply.text.length).toBeLessThan(1500);
});
