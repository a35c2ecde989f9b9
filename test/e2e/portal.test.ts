import { admin, Client, type Body } from '../support/client';
import { startOwnServer, type OwnServer } from '../support/own-server';
import { linkTo, newToken, visitorOf } from '../support/portal-link';
import { textOf, Visitor } from '../support/visitor';

/** The pages and forms of the portal, without a browser. */

let server: OwnServer;

beforeAll(async () => {
  server = await startOwnServer();
});

afterAll(() => server.stop());

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
