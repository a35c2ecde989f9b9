import { randomUUID } from 'node:crypto';
import { admin, Client, expectError, expectProblem, USER } from '../support/client';
import { bearer, connectWithClient, createOAuthClient, requestToken } from '../support/oauth';
import { eventually } from '../support/own-server';

function basic(id: string, secret: string): string {
  const parts = [id, secret].map(encodeURIComponent).join(':');
  return `Basic ${Buffer.from(parts).toString('base64')}`;
}

test('a client exchanges its secret in the body for an access token that works', async () => {
  const { client, clientId, secret } = await connectWithClient();
  const reply = await requestToken(client, { client_id: clientId, client_secret: secret });
  expect([reply.status, reply.headers['cache-control']]).toEqual([200, 'no-store']);
  expect(reply.headers['content-type']).toMatch(/^application\/json/);
  expect(reply.body).toEqual({
    access_token: expect.stringMatching(/^scimaccess\./),
    token_type: 'Bearer',
    expires_in: 3600,
    scope: 'users:read-write groups:read-write resources:read-write',
  });
  const user = { schemas: [USER], userName: 'ada@acme.example' };
  const created = await client.call('POST', '/Users', user, bearer(reply.body.access_token));
  expect(created.status).toBe(201);
});

test('a client may send its id and secret in the Authorization header', async () => {
  const { client, clientId, secret } = await connectWithClient();
  const header = { Authorization: basic(clientId, secret) };
  for (const form of [{}, { client_id: clientId }]) {
    const { status, body } = await requestToken(client, form, header);
    expect(status).toBe(200);
    const read = await client.call('GET', '/Users', undefined, bearer(body.access_token));
    expect(read.status).toBe(200);
  }
});

test('the bearer token of the connection works beside the client', async () => {
  const { client } = await connectWithClient();
  expect((await client.get('/Users')).status).toBe(200);
});

test.each<[string, Record<string, string> | string, Record<string, string>, number, string]>([
  ['no grant type', 'client_id=a&client_secret=b', {}, 400, 'invalid_request'],
  ['another grant type', 'grant_type=password', {}, 400, 'unsupported_grant_type'],
  ['no client id', { client_secret: 'x' }, {}, 400, 'invalid_request'],
  ['no secret', { client_id: 'x' }, {}, 400, 'invalid_request'],
  ['an empty secret', { client_id: 'x', client_secret: '' }, {}, 400, 'invalid_request'],
  [
    'a repeated parameter',
    'grant_type=client_credentials&client_id=a&client_id=b&client_secret=c',
    {},
    400,
    'invalid_request',
  ],
  ['JSON', '{}', { 'Content-Type': 'application/json' }, 400, 'invalid_request'],
  ['a bearer token', {}, { Authorization: 'Bearer x' }, 400, 'invalid_request'],
  [
    'two ways of authentication',
    { client_id: 'x', client_secret: 'y' },
    { Authorization: basic('x', 'y') },
    400,
    'invalid_request',
  ],
  [
    'two client ids',
    { client_id: 'z' },
    { Authorization: basic('x', 'y') },
    400,
    'invalid_request',
  ],
  [
    'an assertion of another type',
    { client_assertion: 'e', client_assertion_type: 'saml' },
    {},
    400,
    'invalid_request',
  ],
  ['an unknown client', { client_id: 'x', client_secret: 'y' }, {}, 401, 'invalid_client'],
  [
    'an unknown client in the header',
    {},
    { Authorization: basic('x', 'y') },
    401,
    'invalid_client',
  ],
])('a request with %s is refused', async (_, form, headers, status, error) => {
  const { client } = await connectWithClient();
  const reply = await requestToken(client, form, headers);
  expect([reply.status, reply.body.error]).toEqual([status, error]);
  expect(reply.headers['cache-control']).toBe('no-store');
  expect(reply.body.error_description).toMatch(/\.$/);
  if (status === 401) expect(reply.headers['www-authenticate']).toMatch(/^Basic /);
});

test('the token endpoint takes POST only', async () => {
  const { client } = await connectWithClient();
  const { status, headers } = await client.call('GET', '/oauth2/token');
  expect([status, headers['allow']]).toEqual([405, 'POST']);
});

test('a token may have a part of the scopes, and no more than those of its client', async () => {
  const { client, clientId, secret } = await connectWithClient({ scopes: ['users:read-write'] });
  const sent = { client_id: clientId, client_secret: secret };
  const whole = await requestToken(client, { ...sent, scope: 'api://application/.default' });
  expect([whole.status, whole.body.scope]).toEqual([200, 'users:read-write']);
  const part = await requestToken(client, { ...sent, scope: 'users:read' });
  expect([part.status, part.body.scope]).toEqual([200, 'users:read']);
  const use = bearer(part.body.access_token);
  expect((await client.call('GET', '/Users', undefined, use)).status).toBe(200);
  const user = { schemas: [USER], userName: 'a' };
  expectError(await client.call('POST', '/Users', user, use), 403);
  expectError(await client.call('GET', '/Groups', undefined, use), 403);
  for (const scope of ['groups:read', 'users:read groups:read-write', 'everything']) {
    const refused = await requestToken(client, { ...sent, scope });
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_scope']);
  }
});

test('a token for all that an unlimited client may do has no scopes of its own', async () => {
  const { client, clientId, secret } = await connectWithClient();
  const scope = 'resources:read-write groups:read-write users:read-write';
  const { body } = await requestToken(client, {
    client_id: clientId,
    client_secret: secret,
    scope,
  });
  const [, , claims = ''] = (body.access_token as string).split('.');
  const sealed = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object;
  expect(Object.keys(sealed)).toEqual(['credential', 'expires']);
});

test('two secrets work at once, and removing one ends the tokens issued for it', async () => {
  const { client, clientId, secret, body } = await connectWithClient();
  const path = `/connections/${client.id}/oauthClients/${clientId}/secrets`;
  const second = await admin('POST', path, { expiresInDays: 700 });
  expect([second.status, second.headers['cache-control']]).toEqual([201, 'no-store']);
  expectProblem(await admin('POST', path), 409);
  const tokens = await Promise.all(
    [secret, second.body.value as string].map(
      async (each) =>
        (await requestToken(client, { client_id: clientId, client_secret: each })).body
          .access_token as string,
    ),
  );
  const statuses = (): Promise<number[]> =>
    Promise.all(
      tokens.map(
        async (token) => (await client.call('GET', '/Users', undefined, bearer(token))).status,
      ),
    );
  expect(await statuses()).toEqual([200, 200]);
  expect((await admin('DELETE', `${path}/${body.secret.id}`)).status).toBe(204);
  expectProblem(await admin('DELETE', `${path}/${body.secret.id}`), 404);
  expect(await statuses()).toEqual([401, 200]);
  const refused = await requestToken(client, { client_id: clientId, client_secret: secret });
  expect(refused.status).toBe(401);
});

test('removing a client ends its tokens, also if it was the last one', async () => {
  const { client, clientId, secret } = await connectWithClient();
  const { body } = await requestToken(client, { client_id: clientId, client_secret: secret });
  const path = `/connections/${client.id}/oauthClients/${clientId}`;
  expect((await admin('DELETE', path)).status).toBe(204);
  expectError(await client.call('GET', '/Users', undefined, bearer(body.access_token)), 401);
  expectProblem(await admin('DELETE', path), 404);
  expect((await admin('GET', `/connections/${client.id}/oauthClients`)).body).toEqual([]);
});

test('an access token works for its connection only, and only as it was issued', async () => {
  const [one, other] = await Promise.all([connectWithClient(), connectWithClient()]);
  const sent = { client_id: one.clientId, client_secret: one.secret, scope: 'users:read' };
  const token = (await requestToken(one.client, sent)).body.access_token as string;
  const [prefix = '', connection = '', claims = '', seal = ''] = token.split('.');
  const forged = Buffer.from(
    JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), scopes: null }),
  ).toString('base64url');
  for (const value of [
    [prefix, connection, forged, seal].join('.'),
    [prefix, connection, claims, `${seal.slice(1)}A`].join('.'),
    `${token}x`,
  ]) {
    expectError(await one.client.call('GET', '/Users', undefined, bearer(value)), 401);
  }
  expectError(await other.client.call('GET', '/Users', undefined, bearer(token)), 401);
  const moved = [prefix, other.client.id, claims, seal].join('.');
  expectError(await other.client.call('GET', '/Users', undefined, bearer(moved)), 401);
});

test('a disabled connection issues no tokens and refuses those that it has issued', async () => {
  const { client, clientId, secret } = await connectWithClient();
  const sent = { client_id: clientId, client_secret: secret };
  const { body } = await requestToken(client, sent);
  await admin('PATCH', `/connections/${client.id}`, { enabled: false });
  const refused = await requestToken(client, sent);
  expect([refused.status, refused.body.error]).toEqual([400, 'unauthorized_client']);
  expectError(await client.call('GET', '/Users', undefined, bearer(body.access_token)), 403);
});

test('a connection has at most five clients', async () => {
  const client = await Client.connect('entra');
  for (let index = 0; index < 5; index += 1) await createOAuthClient(client);
  expectProblem(await admin('POST', `/connections/${client.id}/oauthClients`), 409);
});

test.each<[object, string]>([
  [{ scopes: ['everything'] }, '/scopes/0'],
  [{ scopes: [] }, '/scopes'],
  [{ accessTokenSeconds: 60 }, '/accessTokenSeconds'],
  [{ accessTokenSeconds: 21_601 }, '/accessTokenSeconds'],
  [{ expiresInDays: 0 }, '/expiresInDays'],
  [{ expiresInDays: 2000 }, '/expiresInDays'],
  [{ secret: 'mine' }, '/secret'],
])('a client cannot be created with %j', async (settings, pointer) => {
  const client = await Client.connect('entra');
  const reply = await admin('POST', `/connections/${client.id}/oauthClients`, settings);
  expectProblem(reply, 400);
  expect(reply.body.errors[0].pointer).toBe(pointer);
});

test('clients are listed with the last use of each secret, and without the secrets', async () => {
  const { client, clientId, secret } = await connectWithClient({ displayName: 'Gallery app' });
  const { body } = await requestToken(client, { client_id: clientId, client_secret: secret });
  await client.call('GET', '/Users', undefined, bearer(body.access_token));
  const listed = await admin('GET', `/connections/${client.id}/oauthClients`);
  expect(listed.body).toEqual([
    {
      id: clientId,
      displayName: 'Gallery app',
      accessTokenSeconds: 3600,
      createdAt: expect.any(String),
      tokenEndpoint: `${client.baseUrl}/oauth2/token`,
      secrets: [
        {
          id: expect.any(String),
          createdAt: expect.any(String),
          expiresAt: expect.any(String),
          lastUsedAt: expect.any(String),
          state: 'active',
        },
      ],
    },
  ]);
  expect(listed.text).not.toContain(secret.slice(-43));
});

test('the audit names clients and secrets, and shows no secret and no digest', async () => {
  const { client, clientId, body, secret } = await connectWithClient();
  await admin('DELETE', `/connections/${client.id}/oauthClients/${clientId}`);
  const audit = await admin('GET', `/connections/${client.id}/audit`);
  const [removal, creation] = audit.body.acts;
  expect([removal.action, creation.action]).toEqual(['oauthClient.delete', 'oauthClient.create']);
  const described = creation.after.oauthClients[clientId];
  expect(described.secrets).toEqual({ [body.secret.id]: body.secret.expiresAt });
  expect(audit.text).not.toContain(secret.slice(-43));
  expect(audit.text).not.toMatch(/digest|"key"/);
});

test('changes are attributed to the secret that the token was issued for', async () => {
  const { client, clientId, secret, body } = await connectWithClient();
  const reply = await requestToken(client, { client_id: clientId, client_secret: secret });
  const user = { schemas: [USER], userName: 'ada' };
  await client.call('POST', '/Users', user, bearer(reply.body.access_token));
  const log = await eventually(
    () => admin('GET', `/connections/${client.id}/requests`),
    (reply) => reply.body.requests.length > 0,
  );
  expect(log.body.requests[0]).toMatchObject({ token: body.secret.id });
});

test('ServiceProviderConfig lists the ways of authentication of the connection', async () => {
  const client = await Client.connect('entra');
  const schemes = async (): Promise<string[]> => {
    const { body } = await client.get('/ServiceProviderConfig');
    return (body.authenticationSchemes as { type: string; name: string }[]).map(
      ({ type, name }) => `${type}: ${name}`,
    );
  };
  const bearerToken = 'oauthbearertoken: Bearer token';
  expect(await schemes()).toEqual([bearerToken]);
  await createOAuthClient(client);
  const clients = 'oauth2: OAuth 2.0 client credentials';
  expect(await schemes()).toEqual([bearerToken, clients]);
  const tenant = randomUUID();
  await admin('PUT', `/connections/${client.id}/trust`, {
    issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
    subject: randomUUID(),
    audiences: ['api://app'],
  });
  expect(await schemes()).toEqual([bearerToken, clients, 'oauth2: Workload identity federation']);
  const blank = { issuer: `https://sts.windows.net/${tenant}/` };
  await admin('PUT', `/connections/${client.id}/trust`, blank);
  expect((await schemes())[2]).toBe('oauthbearertoken: Token of the identity provider');
});
