import { createRemoteJWKSet, decodeJwt, jwtVerify, type JWTPayload } from 'jose';
import { admin, Client, send, server, type Body, type Reply } from '../support/client';
import { eventually } from '../support/own-server';

const EVENT = 'urn:ietf:params:scim:event:misc:asyncresp';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Sends a request whose client prefers to get the result later. */
function sendAsync(
  client: Client,
  method: string,
  path: string,
  body?: object,
  prefer = 'respond-async',
): Promise<Reply> {
  return client.call(method, path, body, { Prefer: prefer });
}

/** Reads a completion once there is one. */
function completionOf(client: Client, location: string): Promise<Reply> {
  const headers = { Authorization: `Bearer ${client.token}` };
  return eventually(
    () => send('GET', location, headers),
    ({ status }) => status !== 202,
  );
}

async function verified(token: string): Promise<JWTPayload> {
  const issuer = server().adminUrl.replace(/\/admin$/, '');
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  return (await jwtVerify(token, keys, { typ: 'secevent+jwt', issuer })).payload;
}

function expectAccepted(reply: Reply): { readonly txn: string; readonly location: string } {
  expect(reply.status).toBe(202);
  expect(reply.text).toBe('');
  expect(reply.headers['preference-applied']).toMatch(/^respond-async/);
  const { 'set-txn': txn, location } = reply.headers;
  return { txn: String(txn), location: String(location) };
}

const groupBody = (displayName: string): object => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
  displayName,
});

test('a bulk request is performed after its answer, with a token for each operation', async () => {
  const client = await Client.connect('okta');
  const created = await admin('POST', `/connections/${client.id}/streams`, { delivery: 'poll' });
  const reply = await sendAsync(client, 'POST', '/Bulk', {
    schemas: [BULK],
    Operations: [
      {
        method: 'POST',
        path: '/Users',
        bulkId: 'ann',
        data: { schemas: [], userName: 'ann@acme.example' },
      },
      {
        method: 'POST',
        path: '/Groups',
        bulkId: 'staff',
        data: { ...groupBody('Staff'), members: [{ value: 'bulkId:ann' }] },
      },
      { method: 'DELETE', path: '/Users/00000000-0000-7000-8000-000000000000' },
    ],
  });
  const { txn, location } = expectAccepted(reply);
  const { body, status } = await completionOf(client, location);
  expect(status).toBe(200);
  const tokens = await Promise.all(
    Object.values(body.sets as Record<string, string>).map(verified),
  );
  expect(tokens.map((token) => token['txn'])).toEqual([`${txn}:0`, `${txn}:1`, `${txn}:2`]);
  const operations = tokens.map((token) => (token['events'] as Body)[EVENT]);
  expect(operations.map((operation) => operation.status as string)).toEqual(['201', '201', '404']);
  expect(operations[0]).toMatchObject({ method: 'POST', bulkId: 'ann' });
  expect(operations[2]?.response).toMatchObject({ status: '404' });
  const { body: users } = await client.get('/Users');
  const [ann] = users.Resources as Body[];
  expect(tokens[0]?.['sub_id']).toEqual({ format: 'scim', uri: `/Users/${ann?.id}` });
  const { body: group } = await client.get(
    `/Groups/${String(operations[1]?.location).split('/').at(-1)}`,
  );
  expect(group.members).toMatchObject([{ value: ann?.id }]);
  // Another request for the completion gets the same tokens.
  const again = await completionOf(client, location);
  expect(Object.keys(again.body.sets as object)).toEqual(tokens.map(({ jti }) => jti));
  // The stream has each completion once, and the changes as those of the same transactions.
  const { pollUrl, token } = created.body as { pollUrl: string; token: string };
  const seen = await eventually(
    async () => {
      const poll = await send(
        'POST',
        pollUrl,
        { Authorization: `Bearer ${token}` },
        '{"returnImmediately":true}',
      );
      return Object.values(poll.body.sets as Record<string, string>).map((set) => decodeJwt(set));
    },
    (sets) => sets.length >= 6,
  );
  const completions = seen.filter(({ events }) => EVENT in (events as object));
  expect(completions.map((each) => each['txn']).sort()).toEqual(
    [0, 1, 2].map((n) => `${txn}:${n}`),
  );
  const changes = seen.filter(({ events }) => JSON.stringify(events).includes(':prov:create:'));
  expect(changes.map((each) => each['txn'])).toEqual([`${txn}:0`, `${txn}:1`]);
});

test('a change of a group is performed after its answer, with one token', async () => {
  const client = await Client.connect('okta');
  const group = await client.group('Staff');
  const users = await client.users(50, (index) => `user${index}@acme.example`);
  const members = users.map(({ id }) => ({ value: id as string }));
  const patch = { schemas: [PATCH], Operations: [{ op: 'add', path: 'members', value: members }] };
  const reply = await sendAsync(client, 'PATCH', `/Groups/${group.id}`, patch);
  const { txn, location } = expectAccepted(reply);
  const { text, headers, status } = await completionOf(client, location);
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('application/secevent+jwt');
  const token = await verified(text);
  expect(token['txn']).toBe(txn);
  expect(token['sub_id']).toEqual({ format: 'scim', uri: `/Groups/${group.id}` });
  const { body } = await client.get(`/Groups/${group.id}`);
  expect(body.members).toHaveLength(50);
  const operation = (token['events'] as Body)[EVENT];
  expect(operation).toEqual({
    method: 'PATCH',
    location: body.meta.location,
    version: body.meta.version,
    status: expect.stringMatching(/^20[04]$/),
  });
});

test('with "wait", a result in time is the usual answer', async () => {
  const client = await Client.connect('okta');
  const prefer = 'respond-async, wait=20';
  const created = await sendAsync(client, 'POST', '/Groups', groupBody('Staff'), prefer);
  expect(created.status).toBe(201);
  expect(created.body).toEqual((await client.get(`/Groups/${created.body.id}`)).body);
  const path = `/Groups/${created.body.id}`;
  const put = await sendAsync(client, 'PUT', path, groupBody('People'), prefer);
  expect([put.status, put.body.displayName]).toEqual([200, 'People']);
  const taken = await client.group('Staff');
  const conflict = await sendAsync(client, 'PUT', path, groupBody('Staff'), prefer);
  expect([conflict.status, conflict.body.scimType]).toEqual([409, 'uniqueness']);
  expect((await sendAsync(client, 'DELETE', `/Groups/${taken.id}`, undefined, prefer)).status).toBe(
    204,
  );
  const bulk = await sendAsync(
    client,
    'POST',
    '/Bulk',
    { schemas: [BULK], Operations: [{ method: 'DELETE', path }] },
    prefer,
  );
  expect([bulk.status, bulk.body.Operations[0].status]).toEqual([200, '204']);
});

test('after failOnErrors, the other operations have a result, too', async () => {
  const client = await Client.connect('okta');
  const remove = { method: 'DELETE', path: '/Users/00000000-0000-7000-8000-000000000000' };
  const request = { schemas: [BULK], failOnErrors: 1, Operations: [remove, remove, remove] };
  const { location } = expectAccepted(await sendAsync(client, 'POST', '/Bulk', request));
  const { body } = await completionOf(client, location);
  const sets = Object.values(body.sets as Record<string, string>).map((set) => decodeJwt(set));
  const statuses = sets.map(({ events }) => (events as Body)[EVENT].status as string);
  expect(statuses).toEqual(['404', '424', '424']);
});

test('what is wrong is refused at once, and what cannot wait is answered at once', async () => {
  const client = await Client.connect('okta');
  const wrong = await sendAsync(client, 'POST', '/Bulk', { schemas: [BULK] });
  expect(wrong.status).toBe(400);
  const user = await sendAsync(client, 'POST', '/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'now@acme.example',
  });
  expect(user.status).toBe(201);
  expect((await sendAsync(client, 'GET', '/Groups')).status).toBe(200);
});

test('a completion is for the clients of its connection', async () => {
  const [client, other] = [await Client.connect('okta'), await Client.connect('okta')];
  const reply = await sendAsync(client, 'POST', '/Groups', groupBody('Staff'));
  const { txn, location } = expectAccepted(reply);
  expect((await completionOf(client, location)).status).toBe(200);
  const bearer = { Authorization: `Bearer ${other.token}` };
  expect((await send('GET', location, bearer)).status).toBe(401);
  expect((await send('GET', `${other.baseUrl}/requests/${txn}`, bearer)).status).toBe(404);
  expect((await send('GET', location)).status).toBe(401);
});
