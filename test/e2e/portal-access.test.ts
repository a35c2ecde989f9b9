import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { admin, Client, expectProblem, send, type Body } from '../support/client';
import { DAY, eventually, startOwnServer, type OwnServer } from '../support/own-server';
import { linkTo, visitorOf } from '../support/portal-link';
import { pagesUrl, textOf, Visitor } from '../support/visitor';

/** Access to the portal: its one-time links, its sessions and what they reach. */

let server: OwnServer;

beforeAll(async () => {
  server = await startOwnServer();
});

afterAll(() => server.stop());

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
    const reply = await send('POST', path, { Host: `localhost:${new URL(path).port}` }, '{}');
    expect(reply.status).toBe(201);
    expect(reply.body.url).toMatch(pagesUrl());
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
    const [act] = (await admin('GET', `/connections/${id}/audit`)).body.acts as Body[];
    expect(act).toMatchObject({ action: 'portalLink.revoke', after: { link: link.id } });

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
