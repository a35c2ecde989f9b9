import { Client, ENTERPRISE, GROUP, PATCH_OP, USER, type Body } from '../support/client';

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
let client: Client;

beforeAll(async () => {
  client = await Client.connect('generic');
});

async function bulk(operations: readonly object[], options: object = {}): Promise<Body[]> {
  const { status, body } = await client.post('/Bulk', {
    schemas: [BULK],
    ...options,
    Operations: operations,
  });
  expect([status, body.schemas]).toEqual([
    200,
    ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
  ]);
  return body.Operations;
}

function user(bulkId: string, more: object = {}): object {
  return {
    method: 'POST',
    path: '/Users',
    bulkId,
    data: { schemas: [USER], userName: bulkId, ...more },
  };
}

function group(bulkId: string, ...members: string[]): object {
  const data = {
    schemas: [GROUP],
    displayName: bulkId,
    members: members.map((value) => ({ value })),
  };
  return { method: 'POST', path: '/Groups', bulkId, data };
}

function idIn({ location }: Body): string {
  return location.split('/').at(-1);
}

test('each operation has its result, in order', async () => {
  const existing = await client.user('bulk-existing');
  const stale = await client.user('bulk-stale');
  const doomed = await client.user('bulk-doomed');
  const results = await bulk([
    user('bulk-new'),
    {
      method: 'PUT',
      path: `/Users/${existing.id}`,
      version: existing.meta.version,
      data: { schemas: [USER], userName: 'bulk-put' },
    },
    {
      method: 'patch',
      path: `/Users/${stale.id}`,
      version: 'W/"other"',
      data: { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: 'T' }] },
    },
    { method: 'DELETE', path: `/Users/${doomed.id}` },
    user('bulk-new'.toUpperCase()),
    { method: 'POST', path: '/Users', data: { schemas: [USER], userName: 'no-bulk-id' } },
    { method: 'GET', path: '/Users' },
    { method: 'DELETE', path: '/Nosuch/1' },
    { method: 'POST', path: '/Users', bulkId: 'invalid', data: { schemas: [USER] } },
  ]);
  expect(results.map(({ status }) => status)).toEqual([
    '201',
    '200',
    '412',
    '204',
    '409',
    '400',
    '400',
    '404',
    '400',
  ]);
  expect(results.map(({ method }) => method)).toEqual([
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'POST',
    'POST',
    'GET',
    'DELETE',
    'POST',
  ]);
  const created = await client.get(`/Users/${idIn(results[0])}`);
  expect(results[0]).toEqual({
    method: 'POST',
    bulkId: 'bulk-new',
    status: '201',
    location: created.body.meta.location,
    version: created.body.meta.version,
  });
  expect(results[4].response).toMatchObject({ status: '409', scimType: 'uniqueness' });
  expect((await client.get(`/Users/${existing.id}`)).body.userName).toBe('bulk-put');
  expect((await client.get(`/Users/${stale.id}`)).body).not.toHaveProperty('title');
});

test('bulkId references resolve forward, backward, in paths and anywhere in data', async () => {
  const results = await bulk([
    group('ref-group', 'bulkId:ref-user', 'bulkId:ref-inner'),
    user('ref-user', {
      [ENTERPRISE]: { manager: { value: 'bulkId:ref-boss', $ref: '../Users/bulkId:ref-boss' } },
    }),
    user('ref-boss'),
    group('ref-inner', 'bulkId:ref-boss'),
    {
      method: 'PATCH',
      path: '/Users/bulkId:ref-boss',
      data: { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: 'Boss' }] },
    },
  ]);
  expect(results.map(({ status }) => status)).toEqual(['201', '201', '201', '201', '200']);
  const [groupId, userId, bossId, innerId] = results.map(idIn);
  expect(await client.memberIds(groupId ?? '')).toEqual([userId, innerId].sort());
  expect((await client.get(`/Users/${userId}`)).body[ENTERPRISE].manager.value).toBe(bossId);
  expect((await client.get(`/Users/${bossId}`)).body.title).toBe('Boss');
});

test('circular references are resolved', async () => {
  const results = await bulk([
    { ...group('circle-a', 'bulkId:circle-b', 'bulkId:circle-u'), path: '/Groups/' },
    group('circle-b', 'bulkId:circle-a'),
    user('circle-u', { [ENTERPRISE]: { manager: { value: 'bulkId:circle-v' } } }),
    user('circle-v', { [ENTERPRISE]: { manager: { value: 'bulkId:circle-u' } } }),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['201', '201', '201', '201']);
  const [a = '', b = '', u = '', v = ''] = results.map(idIn);
  expect(await client.memberIds(a)).toEqual([b, u].sort());
  expect(await client.memberIds(b)).toEqual([a]);
  expect((await client.get(`/Users/${u}`)).body[ENTERPRISE].manager.value).toBe(v);
  expect((await client.get(`/Users/${v}`)).body[ENTERPRISE].manager.value).toBe(u);
  expect((await client.get(`/Groups/${a}`)).body.meta.version).toBe(results[0].version);
});

test('references to a failed operation return 409, to an unknown bulkId 400', async () => {
  const results = await bulk([
    user('fails', { active: 'maybe' }),
    group('after', 'bulkId:fails'),
    group('nothing', 'bulkId:nosuch'),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['400', '409', '400']);
  expect(await client.search('/Groups', 'displayName eq "after"')).toEqual([]);
});

test('operations on one resource run in order', async () => {
  const { id } = await client.user('ordered');
  const set = (value: string) => ({
    method: 'PATCH',
    path: `/Users/${id}`,
    data: { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value }] },
  });
  await bulk([set('1'), set('2'), set('3'), set('4')]);
  expect((await client.get(`/Users/${id}`)).body.title).toBe('4');
});

test('a later operation can take a userName that an earlier one frees', async () => {
  const [gone, renamed] = [await client.user('freed'), await client.user('former')];
  const results = await bulk([
    { method: 'DELETE', path: `/Users/${gone.id}` },
    user('freed'),
    {
      method: 'PATCH',
      path: `/Users/${renamed.id}`,
      data: {
        schemas: [PATCH_OP],
        Operations: [{ op: 'replace', path: 'userName', value: 'latter' }],
      },
    },
    user('former'),
    user('latter'),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['204', '201', '200', '201', '409']);
});

test('groups with circular references that cannot be resolved are not created', async () => {
  const results = await bulk([
    group('own-member', 'bulkId:own-member'),
    group('half-a', 'bulkId:half-b'),
    {
      method: 'POST',
      path: '/Groups',
      bulkId: 'half-b',
      data: { schemas: [GROUP], members: [{ value: 'bulkId:half-a' }] },
    },
  ]);
  expect(results.map(({ status, location }) => [status, location])).toEqual([
    ['400', undefined],
    ['409', undefined],
    ['400', undefined],
  ]);
  expect(
    await client.search('/Groups', 'displayName eq "own-member" or displayName eq "half-a"'),
  ).toEqual([]);
});

test('PATCH operations on one group can use bulkId in values and value filters', async () => {
  const { id } = await client.group('filtered');
  const change = (operation: object) => ({
    method: 'PATCH',
    path: `/Groups/${id}`,
    data: { schemas: [PATCH_OP], Operations: [operation] },
  });
  const results = await bulk([
    user('filtered-1'),
    user('filtered-2'),
    change({
      op: 'add',
      path: 'members',
      value: [{ value: 'bulkId:filtered-1' }, { value: 'bulkId:filtered-2' }],
    }),
    change({ op: 'remove', path: 'members[value eq "bulkId:filtered-1"]' }),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['201', '201', '200', '200']);
  expect(await client.memberIds(id)).toEqual([idIn(results[1])]);
});

test('failOnErrors stops the request after that many errors', async () => {
  const wrong = (bulkId: string) => user(bulkId, { active: 'maybe' });
  const results = await bulk(
    [user('fail-1'), wrong('fail-2'), user('fail-3'), wrong('fail-4'), user('fail-5')],
    {
      failOnErrors: 2,
    },
  );
  expect(results.map(({ status }) => status)).toEqual(['201', '400', '201', '400']);
  expect(await client.search('/Users', 'userName eq "fail-5"')).toEqual([]);
});

test('a request with 300 operations succeeds', async () => {
  const results = await bulk(Array.from({ length: 300 }, (_, index) => user(`many-${index}`)));
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['201']));
  expect(results.map(({ bulkId }) => bulkId)).toEqual(
    Array.from({ length: 300 }, (_, index) => `many-${index}`),
  );
});

test('too many operations, invalid bodies and other methods are rejected', async () => {
  const send = async (body: object): Promise<[number, string | undefined]> => {
    const reply = await client.post('/Bulk', body);
    return [reply.status, reply.body.scimType];
  };
  const operations = Array.from({ length: 1001 }, (_, index) => ({
    method: 'DELETE',
    path: `/Users/${index}`,
  }));
  expect(await send({ schemas: [BULK], Operations: operations })).toEqual([413, undefined]);
  expect(await send({ Operations: 'none' })).toEqual([400, 'invalidSyntax']);
  expect(
    (await (await Client.connect('rfc')).post('/Bulk', { Operations: [] })).body.scimType,
  ).toBe('invalidSyntax');
  expect(await send({ schemas: [BULK], Operations: [user('x'), user('x')] })).toEqual([
    400,
    'invalidSyntax',
  ]);
  expect(await send({ schemas: [BULK], Operations: [], failOnErrors: -1 })).toEqual([
    400,
    'invalidValue',
  ]);
  expect((await client.get('/Bulk')).headers['allow']).toBe('POST');
});
