import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';
import { receive } from '../../examples/security-event-receiver/receiver';
import { admin, app, Client, expectProblem, send, server, type Body } from '../support/client';

/** Verifies a token as a receiver does: against the key set of the deployment. */
async function verified(token: string, audience?: string): Promise<JWTPayload> {
  const issuer = server().adminUrl.replace(/\/admin$/, '');
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(token, keys, {
    typ: 'secevent+jwt',
    issuer,
    ...(audience === undefined ? {} : { audience }),
  });
  return payload;
}

/** A receiver that polls. */
class Receiver {
  private constructor(
    readonly stream: Body,
    private readonly url: string,
    private readonly token: string,
  ) {}

  static async of(connection: string, settings: object = {}): Promise<Receiver> {
    const created = await admin('POST', `/connections/${connection}/streams`, {
      delivery: 'poll',
      ...settings,
    });
    if (created.status !== 201) throw new Error(created.text);
    const { pollUrl, token } = created.body as { pollUrl: string; token: string };
    return new Receiver(created.body, pollUrl, token);
  }

  async poll(request: object = {}): Promise<Body> {
    const reply = await send(
      'POST',
      this.url,
      { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' },
      JSON.stringify({ returnImmediately: true, ...request }),
    );
    if (reply.status !== 200) throw new Error(`${reply.status} ${reply.text}`);
    return reply.body;
  }

  /** Polls without acknowledging until there are this many tokens; returns their claims. */
  async tokens(number: number): Promise<JWTPayload[]> {
    for (let attempt = 1; ; attempt += 1) {
      const { sets } = (await this.poll({ returnImmediately: false })) as {
        sets: Record<string, string>;
      };
      const found = Object.values(sets);
      if (found.length >= number || attempt === 20) {
        return Promise.all(found.map((token) => verified(token)));
      }
    }
  }
}

const EVENT = 'urn:ietf:params:scim:event';

test('a receiver that polls gets each change as a token, until it acknowledges it', async () => {
  const client = await Client.connect('okta');
  const receiver = await Receiver.of(client.id, { audience: 'https://hr.example' });
  const user = await client.user('ann@acme.example', { externalId: 'ann', title: 'Dr' });
  await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'active', value: false });
  const { body: put } = await client.put(`/Users/${user.id}`, {
    schemas: user.schemas,
    userName: 'ann@acme.example',
    externalId: 'ann',
    displayName: 'Ann',
    active: true,
  });
  await client.delete(`/Users/${user.id}`);
  const tokens = await receiver.tokens(4);
  const sub_id = { format: 'scim', uri: `/Users/${user.id}`, externalId: 'ann' };
  for (const token of tokens) {
    expect(token).toMatchObject({ sub_id, connection: client.id, aud: 'https://hr.example' });
    expect(token).not.toHaveProperty('sub');
    expect(token).not.toHaveProperty('exp');
  }
  expect(tokens.map(({ events }) => events)).toEqual([
    {
      [`${EVENT}:prov:create:notice`]: {
        version: user.meta.version,
        attributes: expect.arrayContaining(['id', 'userName', 'externalId', 'title']),
      },
    },
    {
      [`${EVENT}:prov:patch:notice`]: { version: expect.any(String), attributes: ['active'] },
      [`${EVENT}:prov:deactivate`]: {},
    },
    {
      [`${EVENT}:prov:put:notice`]: {
        version: put.meta.version,
        attributes: expect.arrayContaining(['active', 'displayName', 'title']),
      },
      [`${EVENT}:prov:activate`]: {},
    },
    { [`${EVENT}:prov:delete`]: {} },
  ]);
  // What is not acknowledged comes again, with the same ids.
  const again = Object.keys((await receiver.poll()).sets as object);
  expect(again).toEqual(tokens.map(({ jti }) => jti));
  const ack = again.slice(0, 2);
  const { sets, moreAvailable } = await receiver.poll({ ack, maxEvents: 1 });
  expect(Object.keys(sets as object)).toEqual([again[2]]);
  expect(moreAvailable).toBe(true);
  // A repeated acknowledgment changes nothing.
  expect(await receiver.poll({ ack, maxEvents: 0 })).toEqual({ sets: {}, moreAvailable: true });
  const error = { err: 'invalid_request', description: 'unknown user' };
  const setErrs = { [again[2] ?? '']: error };
  expect(await receiver.poll({ ack: [again[3]], setErrs })).toEqual({ sets: {} });
});

test('the same change has one transaction and a token of its own in each stream', async () => {
  const client = await Client.connect('okta');
  const [one, two] = [await Receiver.of(client.id), await Receiver.of(client.id, { mode: 'full' })];
  const { id: all } = (await admin('POST', '/streams', { delivery: 'poll' })).body;
  const user = await client.user('bob@acme.example');
  const [notice] = await one.tokens(1);
  const [full] = await two.tokens(1);
  expect(full?.['txn']).toBe(notice?.['txn']);
  expect(full?.jti).not.toBe(notice?.jti);
  const { data } = Object.values(full?.['events'] as Record<string, Body>)[0];
  expect(data).toEqual((await client.get(`/Users/${user.id}`)).body);
  // A stream of all connections is polled with a signed request.
  const { body } = await app('POST', `/streams/${all}`, { maxEvents: 100 });
  const claims = await Promise.all(Object.values<string>(body.sets).map((set) => verified(set)));
  expect(claims).toContainEqual(expect.objectContaining({ connection: client.id }));
  expect((await admin('DELETE', `/streams/${all}`)).status).toBe(204);
});

test('the members of a group are one notice, or a PATCH each', async () => {
  const client = await Client.connect('okta');
  const [notices, values] = [
    await Receiver.of(client.id),
    await Receiver.of(client.id, { mode: 'full' }),
  ];
  const users = await client.users(20, (index) => `user${index}@acme.example`);
  const group = await client.group('Staff');
  const members = users.map(({ id }) => ({ value: id as string }));
  await client.patch(`/Groups/${group.id}`, { op: 'add', path: 'members', value: members });
  const isPatch = ({ events }: JWTPayload): boolean => {
    return Object.keys(events as object).some((uri) => uri.startsWith(`${EVENT}:prov:patch:`));
  };
  // The users and the group have been created before.
  const full = (await values.tokens(41)).filter(isPatch);
  expect(full).toHaveLength(20);
  const added = full.map(({ events }) => Object.values(events as Record<string, Body>)[0].data);
  const ids = added.map(({ Operations: [{ value }] }) => value[0].value as string);
  expect(ids.sort()).toEqual(users.map(({ id }) => id as string).sort());
  const [token, ...others] = (await notices.tokens(22)).filter(isPatch);
  expect(token?.['sub_id']).toEqual({ format: 'scim', uri: `/Groups/${group.id}` });
  expect(token?.['events']).toEqual({
    [`${EVENT}:prov:patch:notice`]: { attributes: ['members'] },
  });
  // The batches of the stream decide how many notices there are, but not one for each member.
  expect(others.length).toBeLessThan(10);
});

test('the receiver of examples/security-event-receiver stores each change once', async () => {
  const client = await Client.connect('okta');
  const audience = 'https://hr.example';
  const settings = { delivery: 'poll', audience };
  const { body } = await admin('POST', `/connections/${client.id}/streams`, settings);
  const issuer = server().adminUrl.replace(/\/admin$/, '');
  const { pollUrl, token } = body as { pollUrl: string; token: string };
  const users = await client.users(5, (index) => `user${index}@acme.example`);
  const stored = new Map<string | undefined, JWTPayload>();
  const end = new AbortController();
  const store = (claims: JWTPayload): Promise<void> => {
    stored.set(claims.jti, claims);
    if (stored.size === users.length)
      setTimeout(() => {
        end.abort();
      }, 500);
    return Promise.resolve();
  };
  const run = receive({ issuer, audience, pollUrl, token }, store, end.signal);
  await expect(run).rejects.toThrow('aborted');
  const subjects = [...stored.values()].map(({ sub_id }) => (sub_id as { uri: string }).uri);
  expect(subjects.sort()).toEqual(users.map(({ id }) => `/Users/${id}`).sort());
});

test('discovery names the events of the streams of a connection, and no others', async () => {
  const client = await Client.connect('okta');
  const announced = async (): Promise<Body> =>
    (await client.get('/ServiceProviderConfig')).body.securityEvents;
  expect(await announced()).toBeUndefined();
  const notices = await Receiver.of(client.id);
  const { asyncRequest, eventUris } = await announced();
  expect(asyncRequest).toBe('request');
  expect(eventUris).toContain(`${EVENT}:prov:put:notice`);
  expect(eventUris).not.toContain(`${EVENT}:prov:put:full`);
  expect(eventUris).not.toContain(`${EVENT}:feed:remove`);
  const values = await Receiver.of(client.id, { mode: 'full' });
  expect((await announced()).eventUris).toContain(`${EVENT}:prov:put:full`);
  for (const { stream } of [notices, values]) await admin('DELETE', `/streams/${stream.id}`);
  expect(await announced()).toBeUndefined();
});

test('a stream is for its receiver only', async () => {
  const [client, other] = [await Client.connect('okta'), await Client.connect('okta')];
  const { stream } = await Receiver.of(client.id);
  const second = await Receiver.of(other.id);
  const { id, pollUrl, token } = stream as { id: string; pollUrl: string; token: string };
  const call = (url: string, bearer: string): Promise<Body> =>
    send('POST', url, { Authorization: `Bearer ${bearer}` }, '{"returnImmediately":true}');
  expectProblem(await call(pollUrl, client.token), 401);
  expectProblem(await call(pollUrl, (second.stream as { token: string }).token), 401);
  expectProblem(await call(pollUrl.replace(client.id, other.id), token), 401);
  expectProblem(await call(pollUrl.replace(id, 'ss-0000000000000000'), token), 401);
  const { status, body } = await admin('POST', `/streams/${id}/token`);
  expect(status).toBe(201);
  expectProblem(await call(pollUrl, token), 401);
  expect((await call(pollUrl, body.token as string)).status).toBe(200);
  expect(JSON.stringify((await admin('GET', `/streams/${id}`)).body)).not.toContain('set_');
  await admin('PATCH', `/streams/${id}`, { enabled: false });
  expectProblem(await call(pollUrl, body.token as string), 403);
  expectProblem(await app('POST', `/streams/${id}`), 403);
  await admin('PATCH', `/streams/${id}`, { enabled: true });
  expect((await call(pollUrl, body.token as string)).status).toBe(200);
  expect((await admin('DELETE', `/streams/${id}`)).status).toBe(204);
  expectProblem(await call(pollUrl, body.token as string), 401);
  expectProblem(await app('POST', `/streams/${id}`), 404);
});

test('wrong settings are refused with what is wrong', async () => {
  const { id } = await Client.connect('okta');
  const create = (body: object): Promise<Body> => admin('POST', `/connections/${id}/streams`, body);
  for (const [body, pointer] of [
    [{}, '/delivery'],
    [{ delivery: 'push' }, '/url'],
    [{ delivery: 'push', url: 'http://receiver.example' }, '/url'],
    [{ delivery: 'poll', url: 'https://receiver.example' }, '/url'],
    [{ delivery: 'poll', mode: 'all' }, '/mode'],
    [{ delivery: 'poll', types: [] }, '/types'],
  ] as const) {
    const reply = await create(body);
    expectProblem(reply, 400);
    expect(reply.body.errors[0].pointer).toBe(pointer);
  }
  expectProblem(await admin('POST', '/connections/none/streams', { delivery: 'poll' }), 404);
  expectProblem(await admin('GET', '/streams/ss-0000000000000000'), 404);
});
