import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { latestSetupEntries } from '../../directory/log/setup-entry';
import { Table } from '../../directory/store/table';
import { openEngine } from '../directory/support';
import { admin, Client, expectProblem, send, type Body } from '../support/client';
import { DAY, eventually, startOwnServer, type OwnServer } from '../support/own-server';
import { pagesUrl, textOf, Visitor } from '../support/visitor';

/** The portal without a browser: its links, sessions, scopes and live check. */

let server: OwnServer;

beforeAll(async () => {
  server = await startOwnServer();
});

afterAll(() => server.stop());

interface Link {
  readonly id: string;
  readonly url: string;
  readonly expiresAt: string;
}

async function linkTo(connection: string, settings: object = {}): Promise<Link> {
  const reply = await admin('POST', `/connections/${connection}/portalLinks`, settings);
  expect([reply.status, reply.headers['cache-control']]).toEqual([201, 'no-store']);
  return reply.body as Link;
}

async function visitorOf(connection: string, settings: object = {}): Promise<Visitor> {
  const visitor = new Visitor();
  const opened = await visitor.openLink((await linkTo(connection, settings)).url);
  expect(opened.status).toBe(200);
  return visitor;
}

/** Creates a token in the portal. @returns its value */
async function newToken(visitor: Visitor, overlap = '0'): Promise<string> {
  await visitor.open('/portal/token');
  const shown = await visitor.submit('/portal/token', { overlap });
  return /scim_[a-z0-9-]+_[a-z0-9]{10}_[\w-]{43}/.exec(shown.text)?.[0] ?? '';
}

describe('links', () => {
  test('a link opens once, and looking at it does not use it up', async () => {
    const { id } = await Client.connect('entra');
    const link = await linkTo(id, { recipient: 'it@acme.example' });
    expect(link.url).toMatch(/\/scim\/portal\/open\?link=[a-z0-9-]+\.[0-9a-f-]{36}\.[\w-]{43}$/);
    for (let look = 0; look < 3; look += 1) {
      expect((await new Visitor().open(link.url)).status).toBe(200);
    }
    expect(textOf(await new Visitor().openLink(link.url))).toContain('Which identity provider');
    const again = await new Visitor().openLink(link.url);
    expect([again.status, textOf(again)]).toEqual([404, expect.stringContaining('used before')]);
    const [listed] = (await admin('GET', `/connections/${id}/portalLinks`)).body.portalLinks;
    expect(listed).toMatchObject({ id: link.id, state: 'opened', recipient: 'it@acme.example' });
    expect(JSON.stringify(listed)).not.toContain(new URL(link.url).searchParams.get('link'));
  });

  test('one of twenty visitors who click at the same time gets in', async () => {
    const { id } = await Client.connect('entra');
    const { url } = await linkTo(id);
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => new Visitor().openLink(url)),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('a link that has expired, was revoked or was changed opens nothing', async () => {
    const { id } = await Client.connect('entra');
    const other = await Client.connect('entra');
    const [expired, revoked, changed] = await Promise.all([
      linkTo(id, { expiresInSeconds: 300 }),
      linkTo(id),
      linkTo(id),
    ]);
    await server.advance(301);
    const path = `/connections/${id}/portalLinks/${revoked.id}`;
    expect((await admin('DELETE', path)).status).toBe(204);
    const foreign = changed.url.replace(`link=${id}.`, `link=${other.id}.`);
    const guessed = changed.url.replace(/[\w-]{43}$/, 'A'.repeat(43));
    for (const url of [expired.url, revoked.url, foreign, guessed, `${changed.url}x`]) {
      const reply = await new Visitor().openLink(url);
      expect([reply.status, textOf(reply)]).toEqual([404, expect.stringContaining('cannot be')]);
    }
    expectProblem(await admin('DELETE', `/connections/${other.id}/portalLinks/${revoked.id}`), 404);
    expect((await new Visitor().openLink(changed.url)).status).toBe(200);
  });

  test('settings of a link are checked', async () => {
    const { id } = await Client.connect('entra');
    for (const settings of [
      { expiresInSeconds: 299 },
      { expiresInSeconds: 1_209_601 },
      { intent: 'everything' },
      { recipient: '' },
      { returnUrl: 'https://evil.example/' },
      { returnUrl: 'javascript:alert(1)' },
      { more: true },
    ]) {
      expectProblem(await admin('POST', `/connections/${id}/portalLinks`, settings), 400);
    }
    expectProblem(await admin('POST', '/connections/nobody/portalLinks', {}), 404);
    await linkTo(id, { expiresInSeconds: 1_209_600, intent: 'log' });
  });

  test('links are built from the URL of the deployment, not from the Host header', async () => {
    const { id } = await Client.connect('entra');
    const path = `${server.adminUrl}/connections/${id}/portalLinks`;
    const reply = await send('POST', path, { Host: 'evil.example' }, '{}');
    expect(reply.text).not.toContain('evil.example');
  });
});

describe('sessions', () => {
  test('a session ends after five hours, when its link is revoked, and with Finish', async () => {
    const { id } = await Client.connect('entra');
    const link = await linkTo(id);
    const [revoked, finished, late] = [new Visitor(), await visitorOf(id), await visitorOf(id)];
    await revoked.openLink(link.url);
    expect((await revoked.open('/portal/status')).status).toBe(200);
    await admin('DELETE', `/connections/${id}/portalLinks/${link.id}`);
    expect((await revoked.open('/portal/status')).status).toBe(401);

    const stolen = new Map(finished.jar);
    await finished.open('/portal/status');
    expect(textOf(await finished.submit('/portal/finish'))).toContain('Finished');
    for (const [name, value] of stolen) finished.jar.set(name, value);
    expect((await finished.open('/portal/status')).status).toBe(401);

    expect((await late.open('/portal/status')).status).toBe(200);
    await server.advance(5 * 3600 + 1);
    expect((await late.open('/portal/status')).status).toBe(401);
  });

  test('deleting a connection ends its sessions, also for a new one with its id', async () => {
    const { id } = await Client.connect('entra');
    const visitor = await visitorOf(id);
    await admin('DELETE', `/connections/${id}`);
    expect((await visitor.open('/portal/status')).status).toBe(401);
    await server.advance(DAY);
    await eventually(
      () => admin('POST', '/connections', { id, displayName: 'New' }),
      ({ status }) => status === 201,
    );
    expect((await visitor.open('/portal/status')).status).toBe(401);
  });

  test('a session reaches its own connection, and what its link allows', async () => {
    const [own, other] = await Promise.all([Client.connect('entra'), Client.connect('okta')]);
    const visitor = await visitorOf(own.id);
    const [name, value] = [...visitor.jar].find(([each]) => each.endsWith('portal')) ?? ['', ''];
    // The secret of one session with the id of another connection.
    const forged = new Visitor();
    forged.jar.set(name, value.replace(`${own.id}.`, `${other.id}.`));
    expect((await forged.open('/portal/status')).status).toBe(401);
    // The cookie of the portal opens nothing of the console.
    const intruder = new Visitor();
    intruder.jar.set(name.replace('portal', 'console'), value);
    expect(textOf(await intruder.open('/console'))).toContain('one-time link');

    const statusOf = async (intent: string, path: string): Promise<number> =>
      (await (await visitorOf(own.id, { intent })).open(path)).status;
    for (const [intent, allowed, refused] of [
      ['rotate', ['status', 'log', 'tokens'], ['choose', 'connect', 'token', 'check', 'review']],
      ['log', ['status', 'log'], ['choose', 'connect', 'tokens', 'token', 'check', 'review']],
    ] as const) {
      for (const path of allowed) expect(await statusOf(intent, `/portal/${path}`)).toBe(200);
      for (const path of refused) expect(await statusOf(intent, `/portal/${path}`)).toBe(403);
    }
    const reader = await visitorOf(own.id, { intent: 'log' });
    await reader.open('/portal/status');
    expect((await reader.submit('/portal/token', { overlap: '0' })).status).toBe(403);
    expect((await reader.submit('/portal/choose', { identityProvider: 'okta' })).status).toBe(403);
    const { body } = await admin('GET', `/connections/${own.id}`);
    expect(body.identityProvider).toBe('entra');
  });

  test('the portal neither shows nor ends tokens with scopes', async () => {
    const { id } = await Client.connect('entra');
    const path = `/connections/${id}/tokens`;
    const { body: scoped } = await admin('POST', path, { scopes: ['users:read'] });
    const visitor = await visitorOf(id);
    expect((await visitor.open('/portal/tokens')).text).not.toContain(scoped.id);
    expect((await visitor.submit('/portal/tokens/revoke', { token: scoped.id })).status).toBe(404);
    const listed = (await admin('GET', path)).body as Body[];
    expect(listed.find((each) => each.id === scoped.id)?.state).toBe('active');
  });
});

test('no path leads from the portal to the console, or back', async () => {
  const own = new URL(pagesUrl());
  for (const path of [
    '/portal/%2e%2e/console/sign-in',
    '/portal/../console/sign-in',
    '/portal/x/%2E./..\\console',
    '/console/%2e%2e/portal/open',
    '/portal/..',
  ]) {
    // `fetch` and `URL` would resolve the path.
    const [response] = (await once(
      request({ host: own.hostname, port: own.port, path: `${own.pathname}${path}` }).end(),
      'response',
    )) as [IncomingMessage];
    expect([path, response.statusCode]).toEqual([path, 404]);
    expect(await text(response)).not.toContain('<html');
  }
  const missing = await new Visitor().open('/portal/$&');
  expect([missing.status, missing.text]).toEqual([404, expect.stringContaining('"/scim/portal"')]);
});

describe('a new token', () => {
  test('is created once, however often its form is sent', async () => {
    const { id } = await Client.connect('entra');
    const visitor = await visitorOf(id);
    await visitor.open('/portal/token');
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => visitor.submit('/portal/token')),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    const refused = replies.find(({ status }) => status === 409);
    expect(refused === undefined ? '' : textOf(refused)).toContain('shown once');
    const listed = (await admin('GET', `/connections/${id}/tokens`)).body as Body[];
    expect(listed.filter(({ state }) => state === 'active')).toHaveLength(1);
  });

  test('keeps the earlier token that is in use, also during an overlap', async () => {
    const client = await Client.connect('entra');
    await client.get('/Users');
    const visitor = await visitorOf(client.id);
    await visitor.open('/portal/tokens');
    await visitor.submit('/portal/tokens', { overlap: '604800' });
    const step = await visitor.open('/portal/token');
    expect(textOf(step)).toContain('A token is in use');
    await visitor.submit('/portal/token', { overlap: '86400' });
    expect((await client.get('/Users')).status).toBe(200);
  });
});

describe('forms', () => {
  test('a body of another kind is refused like a form of another site', async () => {
    for (const path of ['/portal/open', '/console/open']) {
      const headers = { 'Content-Type': 'multipart/form-data' };
      expect((await new Visitor().request('POST', path, 'x', headers)).status).toBe(403);
    }
  });

  test('a form without its token, with another one, or from another site is refused', async () => {
    const { id } = await Client.connect('entra');
    const [visitor, other] = [await visitorOf(id), await visitorOf(id)];
    await visitor.open('/portal/token');
    await other.open('/portal/token');
    const before = (await admin('GET', `/connections/${id}/tokens`)).body as Body[];
    for (const [form, headers] of [
      ['', {}],
      [other.formToken(), {}],
      [visitor.formToken(), { 'Sec-Fetch-Site': 'cross-site' }],
      [visitor.formToken(), { 'Sec-Fetch-Site': 'same-site' }],
    ] as const) {
      const reply = await visitor.submit('/portal/token', { form, overlap: '0' }, headers);
      expect([reply.status, textOf(reply)]).toEqual([403, expect.stringContaining('out of date')]);
      await visitor.open('/portal/token');
    }
    expect((await admin('GET', `/connections/${id}/tokens`)).body).toEqual(before);
    const own = await visitor.submit('/portal/token', {}, { 'Sec-Fetch-Site': 'same-origin' });
    expect(own.status).toBe(201);
  });

  test('opening a link needs the form of its own page', async () => {
    const { id } = await Client.connect('entra');
    const { url } = await linkTo(id);
    const link = new URL(url).searchParams.get('link') ?? '';
    const reply = await new Visitor().submit('/portal/open', { link });
    expect(reply.status).toBe(403);
    expect((await new Visitor().openLink(url)).status).toBe(200);
  });
});

test('every page has the headers that protect it, and loads nothing from elsewhere', async () => {
  const { id } = await Client.connect('entra');
  const visitor = await visitorOf(id);
  for (const path of ['choose', 'connect', 'token', 'check', 'review', 'status', 'log', 'tokens']) {
    const { headers, text } = await visitor.open(`/portal/${path}`);
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
        "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(text).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?\/\//);
    expect(text).not.toMatch(/ (?:style|on\w+)="/);
  }
});

test('a name cannot become markup', async () => {
  const displayName = '<script>alert(1)</script>"\'&';
  const { id } = await Client.connect('entra', { displayName });
  const visitor = await visitorOf(id);
  const { text } = await visitor.open('/portal/choose');
  expect(text).not.toContain('<script>alert');
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
});

test('a token is shown once: no other page, log or audit record has it', async () => {
  const { id } = await Client.connect('entra');
  const visitor = await visitorOf(id, { recipient: 'it@acme.example' });
  const token = await newToken(visitor);
  expect(token).not.toBe('');
  for (const path of ['choose', 'connect', 'token', 'check', 'review', 'status', 'log', 'tokens']) {
    expect((await visitor.open(`/portal/${path}`)).text).not.toContain(token);
  }
  const acts = (await admin('GET', `/connections/${id}/audit`)).body.acts as Body[];
  expect(acts.map(({ action }) => action)).toEqual([
    'token.issue',
    'token.issue',
    'portalLink.open',
    'portalLink.create',
    'connection.create',
  ]);
  const [issue, , open, create] = acts as [Body, Body, Body, Body];
  const { link } = create.after as { link: string };
  expect(create.after).toMatchObject({ intent: 'setup', recipient: 'it@acme.example' });
  for (const { actor } of [issue, open]) {
    expect(actor).toBe(`portal link ${link} for it@acme.example, made by ${String(create.actor)}`);
  }
  expect(JSON.stringify(acts)).not.toContain(token);
});

describe('the live check', () => {
  const entra = (baseUrl: string, token: string): Client => Client.of(baseUrl, token);
  const test1 = (): string => `/Users?filter=userName+eq+%22${randomUUID()}%22`;

  test('it tells a wrong token, the test, groups and the first user in words', async () => {
    const { id, baseUrl } = await Client.connect('entra', { groups: false });
    const visitor = await visitorOf(id);
    const token = await newToken(visitor);
    expect(textOf(await visitor.open('/portal/check'))).toContain('Waiting for the first request');

    expect((await entra(baseUrl, token.slice(0, -2)).get(test1())).status).toBe(401);
    const live = async (): Promise<string> => textOf(await visitor.open('/portal/check'));
    expect(await live()).toContain('The token is 2 characters too short.');
    for (const [sent, text] of [
      ['Bearer scim_other_0123456789_' + 'a'.repeat(43), 'another connection'],
      ['Bearer not-a-token', 'not a token of this service'],
      ['Basic YTpi', 'other credentials than a bearer token'],
      [`Bearer ${token.slice(0, -43)}${'a'.repeat(43)}`, 'Some characters of the token differ'],
    ] as const) {
      await send('GET', `${baseUrl}/Users`, { Authorization: sent });
      expect(await live()).toContain(text);
    }

    const client = entra(baseUrl, token);
    await client.get(test1());
    expect(await live()).toContain('The connection test succeeded.');
    expect(await live()).toContain('Waiting for the first user');
    expect((await client.post('/Groups', { displayName: 'Pushed' })).status).toBe(501);
    expect(await live()).toContain('this connection accepts users only');
    await client.post('/Users', { userName: 'ada@acme.example', name: { givenName: 'Ada' } });
    expect(await live()).toContain('Entra ID created ada@acme.example.');
    const second = await client.post('/Users', { userName: 'ada@acme.example' });
    expect(second.status).toBe(409);
    expect(await live()).toContain('Another user has this userName');

    const review = textOf(await visitor.open('/portal/review'));
    expect(review).toContain('of 13 attributes have no value');
    expect(review).toMatch(/Username userName from userPrincipalName ada@acme\.example/);
  });

  test('requests are recorded while a setup session is open, and only then', async () => {
    const client = await Client.connect('entra');
    await client.get(test1());
    const visitor = await visitorOf(client.id);
    expect(textOf(await visitor.open('/portal/check'))).toContain('Waiting for the first request');
    await client.get(test1());
    expect(textOf(await visitor.open('/portal/check'))).toContain('The connection test succeeded');
    await visitor.submit('/portal/finish');
    const between = await visitorOf(client.id, { intent: 'rotate' });
    await client.user('unseen@acme.example');
    await between.open('/portal/status');
    const later = await visitorOf(client.id);
    expect(textOf(await later.open('/portal/check'))).not.toContain('unseen@acme.example');
  });

  test('requests are recorded until the last setup session has ended', async () => {
    const client = await Client.connect('entra');
    const [first, second] = [await visitorOf(client.id), new Visitor()];
    const link = await linkTo(client.id);
    await second.openLink(link.url);
    await first.open('/portal/review');
    await first.submit('/portal/finish');
    await client.user('seen@acme.example');
    expect(textOf(await second.open('/portal/check'))).toContain('seen@acme.example');
    await admin('DELETE', `/connections/${client.id}/portalLinks/${link.id}`);
    await client.user('unseen@acme.example');
    const engine = openEngine(server.dynamodbEndpoint);
    try {
      const table = new Table(engine, server.tableName);
      const entries = await latestSetupEntries(table, client.id, 10, '');
      expect(entries.map(({ name }) => name)).toEqual(['seen@acme.example']);
    } finally {
      engine.close();
    }
  });

  test('a session that begins while another one ends is recorded', async () => {
    const client = await Client.connect('entra');
    for (let round = 0; round < 10; round += 1) {
      const ending = await visitorOf(client.id);
      await ending.open('/portal/review');
      const [, starting] = await Promise.all([
        ending.submit('/portal/finish'),
        visitorOf(client.id),
      ]);
      await client.user(`round${round}@acme.example`);
      const live = textOf(await starting.open('/portal/check'));
      expect(live).toContain(`round${round}@acme.example`);
      await starting.submit('/portal/finish');
    }
  });

  test('the review shows the user that was changed last, not one that was only read', async () => {
    const client = await Client.connect('entra');
    const visitor = await visitorOf(client.id);
    const { id } = await client.user('first@acme.example');
    await client.user('second@acme.example');
    await client.get(`/Users/${String(id)}`);
    await send('PATCH', `${client.baseUrl}/Users/${String(id)}`, { Authorization: 'Bearer no' });
    expect(textOf(await visitor.open('/portal/review'))).toContain('second@acme.example');
  });

  test('what worked in an earlier session, or with an earlier token, does not count', async () => {
    const client = await Client.connect('entra');
    const visitor = await visitorOf(client.id);
    await client.user('ada@acme.example');
    expect(textOf(await visitor.open('/portal/check'))).toContain('A user was received');
    const later = await visitorOf(client.id);
    expect(textOf(await later.open('/portal/check'))).toContain('Waiting for the first request');
    await server.advance(1);
    await newToken(visitor);
    expect(textOf(await visitor.open('/portal/check'))).toContain('Waiting for the first request');
  });

  test('a connection that erases deleted users records no names', async () => {
    const client = await Client.connect('entra', { userDeletion: 'erase' });
    const visitor = await visitorOf(client.id);
    await client.user('ada@acme.example');
    const live = textOf(await visitor.open('/portal/check'));
    expect(live).toContain('Entra ID created a user.');
    expect(live).not.toContain('ada@acme.example');
  });

  test('after two minutes of silence it shows how the URL must look', async () => {
    const { id, baseUrl } = await Client.connect('entra');
    const visitor = await visitorOf(id);
    const { text } = await visitor.open('/portal/check');
    const [, live = ''] = /data-live="[^"]*(\/portal\/check\/live\?since=[^"]+)"/.exec(text) ?? [];
    expect(textOf(await visitor.open(live))).not.toContain('Nothing arrives');
    await server.advance(121);
    const silent = textOf(await visitor.open(live));
    expect(silent).toContain('Nothing arrives');
    expect(silent).toContain(baseUrl);
    const wrong = await send('GET', `${baseUrl.replace('/v2/', '/v3/')}/Users`);
    expect(silent).toContain(wrong.body.detail);
  });
});

test('the choice of the identity provider is taken over, unless groups forbid it', async () => {
  const client = await Client.connect('generic');
  const visitor = await visitorOf(client.id);
  await visitor.open('/portal/choose');
  const connect = await visitor.submit('/portal/choose', { identityProvider: 'okta' });
  expect(textOf(connect)).toContain('Connect Okta');
  expect(textOf(connect)).toContain(client.baseUrl);
  await client.group('Planners');
  await visitor.open('/portal/choose');
  const refused = await visitor.submit('/portal/choose', { identityProvider: 'rfc' });
  expect([refused.status, textOf(refused)]).toEqual([409, expect.stringContaining('1 group')]);
  const unknown = await visitor.submit('/portal/choose', { identityProvider: 'nobody' });
  expect(unknown.status).toBe(400);
});

test('Finish leads back to the URL of the link', async () => {
  const { id } = await Client.connect('entra');
  const visitor = await visitorOf(id, { returnUrl: 'http://127.0.0.1:3000/settings' });
  await visitor.open('/portal/review');
  const { text } = await visitor.submit('/portal/finish');
  expect(text).toContain('href="http://127.0.0.1:3000/settings"');
});
