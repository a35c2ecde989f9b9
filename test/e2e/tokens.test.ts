import { admin, Client, expectError, expectProblem, type Body } from '../support/client';
import { eventually } from '../support/own-server';

const status = async (client: Client, value: string): Promise<number> =>
  (await client.call('GET', '/Users', undefined, { Authorization: `Bearer ${value}` })).status;

test('a new token ends earlier tokens immediately', async () => {
  const client = await Client.connect('generic');
  const { status: created, body: token } = await admin('POST', `/connections/${client.id}/tokens`);
  expect([created, Object.keys(token)]).toEqual([
    201,
    ['id', 'value', 'createdAt', 'expiresAt', 'earlierTokens'],
  ]);
  const [, , earlier] = client.token.split('_');
  expect(token.earlierTokens).toEqual([{ id: earlier, endsAt: expect.any(String) }]);
  expect(Date.parse(token.earlierTokens[0].endsAt)).toBeLessThanOrEqual(Date.now());
  expect([await status(client, client.token), await status(client, token.value)]).toEqual([
    401, 200,
  ]);
});

test('a new token with an overlap ends earlier tokens after the overlap', async () => {
  const client = await Client.connect('generic');
  const { body: token } = await admin('POST', `/connections/${client.id}/tokens`, {
    overlapSeconds: 10,
    expiresInDays: 1,
  });
  expect(Date.parse(token.expiresAt) - Date.parse(token.createdAt)).toBe(86_400_000);
  expect([await status(client, client.token), await status(client, token.value)]).toEqual([
    200, 200,
  ]);
  await eventually(
    () => status(client, client.token),
    (each) => each === 401,
  );
  expect(await status(client, token.value)).toBe(200);
});

test('concurrent rotations each issue one valid token', async () => {
  const client = await Client.connect('generic');
  const replies = await Promise.all(
    Array.from({ length: 4 }, () =>
      admin('POST', `/connections/${client.id}/tokens`, { overlapSeconds: 60 }),
    ),
  );
  for (const { status: issued, body } of replies) {
    expect(issued).toBe(201);
    expect(await status(client, body.value)).toBe(200);
  }
});

test('a connection cannot have more than 10 valid tokens', async () => {
  const client = await Client.connect('generic');
  const statuses: number[] = [];
  for (let index = 0; index < 10; index += 1) {
    statuses.push(
      (await admin('POST', `/connections/${client.id}/tokens`, { overlapSeconds: 600 })).status,
    );
  }
  expect(statuses).toEqual([...Array.from({ length: 9 }, () => 201), 409]);
  // Without an overlap all earlier tokens end, so a leaked token can always be replaced.
  expect((await admin('POST', `/connections/${client.id}/tokens`)).status).toBe(201);
});

test('invalid token settings are rejected', async () => {
  const client = await Client.connect('generic');
  const reply = await admin('POST', `/connections/${client.id}/tokens`, { overlapSeconds: -1 });
  expectProblem(reply, 400);
  expect(reply.body.errors[0].pointer).toBe('/overlapSeconds');
});

test('a revoked token is rejected immediately, and other tokens keep working', async () => {
  const client = await Client.connect('generic');
  const { body: second } = await admin('POST', `/connections/${client.id}/tokens`, {
    overlapSeconds: 600,
  });
  const [, first] = (await admin('GET', `/connections/${client.id}/tokens`)).body;
  expect((await admin('DELETE', `/connections/${client.id}/tokens/${first.id}`)).status).toBe(204);
  expect([await status(client, client.token), await status(client, second.value)]).toEqual([
    401, 200,
  ]);
  expectProblem(await admin('DELETE', `/connections/${client.id}/tokens/${first.id}`), 404);
});

test('tokens are listed with their state and last use, without their values', async () => {
  const client = await Client.connect('generic');
  const list = async (): Promise<Body[]> =>
    (await admin('GET', `/connections/${client.id}/tokens`)).body;
  const [unused] = await list();
  expect(unused).toEqual({
    id: client.token.split('_')[2],
    createdAt: expect.any(String),
    expiresAt: expect.any(String),
    lastUsedAt: null,
    state: 'active',
  });
  expect(await status(client, client.token)).toBe(200);
  const used = (await list())[0]?.lastUsedAt;
  expect(Math.abs(Date.parse(used) - Date.now())).toBeLessThan(10_000);
  await status(client, client.token);
  expect((await list())[0]?.lastUsedAt).toBe(used);

  const values = [client.token];
  for (const body of [{ overlapSeconds: 600 }, { overlapSeconds: 0 }, { scopes: ['users:read'] }]) {
    values.push((await admin('POST', `/connections/${client.id}/tokens`, body)).body.value);
  }
  const reader = (await list()).find(({ scopes }) => scopes !== undefined);
  await admin('DELETE', `/connections/${client.id}/tokens/${reader.id}`);
  const reply = await admin('GET', `/connections/${client.id}/tokens`);
  expect(reply.body.map(({ state }: Body) => state)).toEqual([
    'active',
    'revoked',
    'replaced',
    'replaced',
  ]);
  expect(reply.body.at(-1).lastUsedAt).toBe(used);
  for (const value of values) expect(reply.text).not.toContain(value.slice(-20));
});

describe('tokens with scopes', () => {
  const issue = async (
    client: Client,
    scopes: readonly string[],
  ): Promise<Record<string, string>> => {
    const { body } = await admin('POST', `/connections/${client.id}/tokens`, { scopes });
    expect(body.scopes).toEqual(scopes);
    return { Authorization: `Bearer ${body.value}` };
  };

  test('allow only what their scopes name and coexist with the main token', async () => {
    const client = await Client.connect('generic');
    const user = await client.user('scoped@example.com');
    const group = await client.group('Scoped');
    const reader = await issue(client, ['users:read']);
    const provisioner = await issue(client, ['users:read-write', 'groups:read']);
    const call = async (
      method: string,
      path: string,
      headers: Record<string, string>,
      body?: object,
    ) => (await client.call(method, path, body, headers)).status;
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] };

    expect(await call('GET', '/Users', reader)).toBe(200);
    expect(await call('HEAD', `/Users/${user.id}`, reader)).toBe(200);
    expect(await call('POST', '/Users/.search', reader, search)).toBe(200);
    expect(await call('GET', '/ServiceProviderConfig', reader)).toBe(200);
    expectError(await client.call('DELETE', `/Users/${user.id}`, undefined, reader), 403);
    expect(await call('POST', '/Users', reader, { userName: 'x' })).toBe(403);
    expect(await call('GET', `/Groups/${group.id}`, reader)).toBe(403);
    const refused = await client.call('POST', '/.search', search, reader);
    expect(refused.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_scope", scope="groups:read"',
    );

    expect(await call('POST', '/.search', provisioner, search)).toBe(200);
    expect(await call('PATCH', `/Groups/${group.id}`, provisioner, {})).toBe(403);
    const bulk = await client.call(
      'POST',
      '/Bulk',
      {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: [
          { method: 'DELETE', path: `/Groups/${group.id}` },
          { method: 'DELETE', path: `/Users/${user.id}` },
        ],
      },
      provisioner,
    );
    expect(bulk.body.Operations.map(({ status: each }: Body) => each)).toEqual(['403', '204']);

    // A rotation ends the main token only.
    await admin('POST', `/connections/${client.id}/tokens`);
    expect([await status(client, client.token), await call('GET', '/Users', reader)]).toEqual([
      401, 200,
    ]);
  });

  test('are not issued for invalid scopes or with an overlap', async () => {
    const client = await Client.connect('generic');
    const many = Array.from({ length: 7 }, () => 'users:read');
    for (const body of [
      { scopes: [] },
      { scopes: ['all'] },
      { scopes: many },
      { scopes: ['users:read'], overlapSeconds: 5 },
    ]) {
      expectProblem(await admin('POST', `/connections/${client.id}/tokens`, body), 400);
    }
  });
});

test('every invalid token gets the same 401 response', async () => {
  const client = await Client.connect('generic');
  const [other, deleted] = [await Client.connect('generic'), await Client.connect('generic')];
  await admin('DELETE', `/connections/${deleted.id}`);
  const changed = client.token.endsWith('A') ? 'B' : 'A';
  const bad = [
    client.token.slice(0, -1) + changed,
    other.token,
    client.token.replace(/_[a-z0-9]{10}_/, '_0000000000_'),
    'nonsense',
    '',
  ];
  const replies = await Promise.all(
    bad.map((value) =>
      client.call('GET', '/Users', undefined, { Authorization: `Bearer ${value}` }),
    ),
  );
  replies.push(await deleted.get('/Users'));
  replies.push(await client.call('GET', '/Users', undefined, { Authorization: 'Basic eDp5' }));
  for (const reply of replies) {
    expectError(reply, 401);
    expect([reply.text, reply.headers['www-authenticate']]).toEqual([replies[0]?.text, 'Bearer']);
  }
});
