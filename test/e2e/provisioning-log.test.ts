import { issueToken } from '../../directory/connections/tokens';
import { admin, Client, GROUP, send, USER, type Body } from '../support/client';

/** Failures in the provisioning log, as operators read them through the admin API. */

let client: Client;

beforeAll(async () => {
  client = await Client.connect('entra');
});

async function log(query = '', id = client.id): Promise<Body> {
  const { status, body } = await admin('GET', `/connections/${id}/requests${query}`);
  expect([status, body.detail]).toEqual([200, undefined]);
  return body;
}

test('failed requests are listed newest first, with their code and remedy', async () => {
  const user = await client.user('taken@x.example', { externalId: 'e1' });
  await client.post('/Users', {
    schemas: [USER],
    userName: 'Taken@x.example',
    externalId: 'e2',
    password: 'Hunter2!',
  });
  await client.post('/Users', { schemas: [USER], displayName: 'No name' });
  await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'shoeSize[', value: 'Hunter2!' });
  await client.post('/Users', { schemas: [USER], userName: 'typed@x.example', name: 'Hunter2!' });
  const { requests } = await log('?status=failed');
  expect(
    requests.map(({ cause, attribute, status, name }: Body) => [cause, attribute, status, name]),
  ).toEqual([
    ['wrongValue', 'name', 400, 'typed@x.example'],
    ['wrongPath', 'shoeSize', 400, 'taken@x.example'],
    ['missingValue', 'userName', 400, 'No name'],
    ['duplicateUser', 'userName', 409, 'Taken@x.example'],
  ]);
  const [typed, , , duplicate] = requests;
  expect(typed).toMatchObject({
    detail: 'name must be an object',
    received: 'a string',
    method: 'POST',
    count: 1,
  });
  expect(duplicate).toMatchObject({
    externalId: 'e2',
    scimType: 'uniqueness',
    route: '/v2/connections/{connectionId}/Users',
    token: expect.stringMatching(/^[a-z0-9]{10}$/),
    requestId: expect.any(String),
    title: 'Another user has this userName',
    remedy: expect.stringContaining('Provision Microsoft Entra ID Users'),
  });
  expect(JSON.stringify(requests)).not.toContain('Hunter2');
});

test('failures are found by userName, status, cause, time and resource', async () => {
  expect((await log('?userName=TAKEN@x.example&status=failed')).requests).toHaveLength(2);
  expect((await log('?status=409')).requests).toHaveLength(1);
  expect((await log('?cause=missingValue')).requests).toHaveLength(1);
  expect((await log('?scimType=uniqueness&userName=nobody')).requests).toHaveLength(0);
  expect((await log(`?from=${new Date(Date.now() + 60_000).toISOString()}`)).requests).toHaveLength(
    0,
  );
  expect(
    (await log(`?to=${new Date(Date.now() + 60_000).toISOString()}`)).requests.length,
  ).toBeGreaterThan(3);
  const { requests } = await log('?cause=wrongPath');
  expect((await log(`?kind=failure&resource=${requests[0].resourceId}`)).requests).toEqual(
    requests,
  );
});

test('the log is read in pages', async () => {
  const first = await log('?kind=failure&limit=3');
  const second = await log(`?kind=failure&limit=3&cursor=${first.nextCursor}`);
  expect([first.requests.length, second.requests.length, second.nextCursor]).toEqual([
    3,
    1,
    undefined,
  ]);
});

test.each([
  ['status=broken', '"status" must be "failed" or an HTTP status'],
  ['kind=all', '"kind" must be one of failure, change, ignored, mail'],
  ['from=2026-02-01&to=2026-01-01', '"to" must not be before "from"'],
  ['cause=none', '"cause" must be one of tokenRefused'],
  ['action=moved', '"action" must be one of created'],
  ['kind=change&status=failed', 'Changes have no "status"'],
  ['from=yesterday', '"from" must be a date'],
  ['user=x', '"user" is not a parameter of the log'],
])('the query %s is rejected with the reason', async (query, detail) => {
  const { status, body } = await admin('GET', `/connections/${client.id}/requests?${query}`);
  expect([status, body.detail]).toEqual([400, expect.stringContaining(detail)]);
});

test('reads are not logged, not even lookups of unknown resources', async () => {
  const other = await Client.connect('okta');
  await other.get('/Users/nobody');
  await other.get('/Users?filter=userName%20eq%20%22x%22');
  await other.get('/Users');
  expect((await log('', other.id)).requests).toEqual([]);
});

test('unknown members, failed bulk operations and unsupported groups are logged', async () => {
  const other = await Client.connect('generic');
  await other.group('With strangers', ['01a201ae-6ce4-77f8-99f8-755615bd6cbe']);
  const operation = { method: 'POST', bulkId: 'a', path: '/Users', data: { schemas: [USER] } };
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
  expect((await other.post('/Bulk', { schemas, Operations: [operation] })).status).toBe(200);
  const { requests } = await log('?kind=failure', other.id);
  expect(requests.map(({ cause, status, name }: Body) => [cause, status, name])).toEqual([
    ['missingValue', 400, undefined],
    ['unknownMember', 200, 'With strangers'],
  ]);
  await admin('PATCH', `/connections/${other.id}`, { groups: false });
  await other.post('/Groups', { schemas: [GROUP], displayName: 'Pushed' });
  expect((await log('?cause=groupsOff', other.id)).requests).toMatchObject([
    { status: 501, name: 'Pushed' },
  ]);
});

test('replaced tokens, disabled connections and unknown tokens are logged', async () => {
  const other = await Client.connect('okta');
  const { body: next } = await admin('POST', `/connections/${other.id}/tokens`, {});
  expect((await other.get('/Users')).status).toBe(401);
  const stranger = { Authorization: `Bearer ${issueToken(other.id).value}` };
  expect((await send('GET', `${other.baseUrl}/Users`, stranger)).status).toBe(401);
  await admin('PATCH', `/connections/${other.id}`, { enabled: false });
  await send('GET', `${other.baseUrl}/Users`, { Authorization: `Bearer ${String(next.value)}` });
  const { requests } = await log('', other.id);
  expect(requests.map(({ cause, status }: Body) => [cause, status])).toEqual([
    ['connectionDisabled', 403],
    ['tokenRefused', 401],
    ['tokenRefused', 401],
  ]);
  expect(JSON.stringify(requests)).not.toContain(other.token);
});

describe('a token that lets nobody in is logged once a minute, with what is wrong', () => {
  const cut = (token: string): string => token.slice(0, -5);
  test.each<[string, (token: string) => string | undefined, string]>([
    ['no header', () => undefined, 'no Authorization header'],
    ['another scheme', () => 'Basic dXNlcg==', 'no bearer token'],
    ['a truncated token', (token) => `Bearer ${cut(token)}`, 'may have been cut off'],
    ['a word', () => 'Bearer Hunter2', 'not one of this service'],
    ['a token of another connection', () => `Bearer ${client.token}`, 'of another connection'],
    [
      'an unknown id',
      (token) => `Bearer ${issueToken(token.split('_')[1] ?? '').value}`,
      'no valid token of the connection has its id',
    ],
    [
      'another secret',
      (token) => `Bearer ${cut(token)}AAAAA`,
      'of a valid token, but another secret',
    ],
  ])('%s', async (_name, headerOf, problem) => {
    const own = await Client.connect('okta');
    const authorization = headerOf(own.token);
    const headers: Record<string, string> =
      authorization === undefined ? {} : { Authorization: authorization };
    const replies = [
      await send('GET', `${own.baseUrl}/Users`, headers),
      await send('GET', `${own.baseUrl}/Users`, headers),
    ];
    for (const reply of replies) {
      expect(reply.status).toBe(401);
      expect(reply.text).toBe(replies[0]?.text);
    }
    const { requests } = await log('?status=401', own.id);
    expect(requests.length).toBeLessThanOrEqual(2);
    const [entry] = requests;
    expect(entry).toMatchObject({ kind: 'failure', cause: 'tokenRefused', count: 1 });
    expect(entry.detail).toContain(problem);
    const value = authorization?.split(' ')[1] ?? 'nothing';
    expect(JSON.stringify(requests)).not.toContain(value);
  });
});

test('a burst of failures is counted in a limited number of entries', async () => {
  const other = await Client.connect('generic');
  const fail = () => other.post('/Users', { schemas: [USER], active: true });
  for (let round = 0; round < 8; round += 1) await Promise.all(Array.from({ length: 50 }, fail));
  const { requests } = await log('?limit=100', other.id);
  expect(requests.length).toBeLessThan(35);
  const counted = requests.reduce((sum: number, { count }: Body) => sum + Number(count), 0);
  expect(counted).toBeGreaterThan(200);
  expect(counted).toBeLessThanOrEqual(400);
  expect(requests[0]).toMatchObject({ cause: 'missingValue' });
});

test('the log is not available after its connection is deleted', async () => {
  const other = await Client.connect('generic');
  await other.post('/Users', { schemas: [USER] });
  await admin('DELETE', `/connections/${other.id}`);
  expect((await admin('GET', `/connections/${other.id}/requests`)).status).toBe(404);
});
