import { randomUUID } from 'node:crypto';
import { admin, Client } from '../support/client';
import { createOAuthClient, requestToken } from '../support/oauth';
import { operator } from '../support/operator';
import { visitorOf } from '../support/portal-link';
import { textOf } from '../support/visitor';

test('clients and secrets are created and deleted in the console', async () => {
  const client = await Client.connect('entra');
  const visitor = await operator();
  const page = `/console/connections/${client.id}/oauth`;
  expect((await visitor.open(page)).text).toContain('No clients yet');
  const created = await visitor.submit(page, { displayName: 'Gallery', lifetime: '730' });
  expect(created.status).toBe(201);
  const [secret = ''] = /scimsecret_[\w-]+/.exec(created.text) ?? [];
  const listed = await admin('GET', `/connections/${client.id}/oauthClients`);
  const [{ id: clientId, displayName, secrets }] = listed.body;
  expect(displayName).toBe('Gallery');
  expect(created.text).toContain(`${client.baseUrl}/oauth2/token`);
  const sent = { client_id: clientId as string, client_secret: secret };
  expect((await requestToken(client, sent)).status).toBe(200);

  const shown = await visitor.open(page);
  expect(shown.text).toContain('Gallery');
  expect(shown.text).not.toContain(secret);
  const second = await visitor.submit(`${page}/secret`, { client: clientId as string });
  expect(second.text).toMatch(/scimsecret_[\w-]+/);
  expect((await visitor.open(page)).text).toContain('Both secrets work.');
  const third = await visitor.submit(`${page}/secret`, { client: clientId as string });
  expect([third.status, third.text]).toEqual([400, expect.stringContaining('has 2 secrets')]);
  await visitor.open(page);
  const ended = { client: clientId as string, secret: secrets[0].id as string };
  await visitor.submit(`${page}/delete`, ended);
  expect((await requestToken(client, sent)).status).toBe(401);
  await visitor.submit(`${page}/delete`, { client: clientId as string });
  expect((await visitor.open(page)).text).toContain('No clients yet');
});

test('a trust is set and ended in the console, and a wrong form is kept', async () => {
  const { id } = await Client.connect('entra');
  const visitor = await operator();
  const page = `/console/connections/${id}/oauth`;
  await visitor.open(page);
  const subject = randomUUID();
  const wrong = { issuer: 'https://evil.example/', subject, audience: 'api://app' };
  const refused = await visitor.submit(`${page}/trust`, wrong);
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining(subject)]);
  expect(refused.text).toContain('sts.windows.net');
  const issuer = `https://login.microsoftonline.com/${randomUUID()}/v2.0`;
  await visitor.submit(`${page}/trust`, { ...wrong, issuer });
  expect((await admin('GET', `/connections/${id}/trust`)).body).toMatchObject({ issuer, subject });
  expect((await visitor.open(page)).text).toContain(issuer);
  await visitor.submit(`${page}/trust/delete`, {});
  expect((await admin('GET', `/connections/${id}/trust`)).status).toBe(404);
});

test('a client and a secret are created once, however often their forms are sent', async () => {
  const { id } = await Client.connect('entra');
  const visitor = await operator();
  const page = `/console/connections/${id}/oauth`;
  await visitor.open(page);
  const send = (path: string, form: object): Promise<number[]> =>
    Promise.all(
      Array.from({ length: 5 }, async () => (await visitor.submit(path, { ...form })).status),
    );
  expect((await send(page, { lifetime: '365' })).sort()).toEqual([201, 400, 400, 400, 400]);
  const listed = await admin('GET', `/connections/${id}/oauthClients`);
  expect(listed.body).toHaveLength(1);
  await visitor.open(page);
  const client = listed.body[0].id as string;
  const statuses = await send(`${page}/secret`, { client });
  expect(statuses.sort()).toEqual([201, 400, 400, 400, 400]);
});

test("the customer's administrator creates a client and tries it in the live check", async () => {
  const client = await Client.connect('entra');
  const visitor = await visitorOf(client.id);
  expect(textOf(await visitor.open('/portal/token'))).toContain('Then go to OAuth');
  await visitor.open('/portal/oauth');
  const created = await visitor.submit('/portal/oauth', { lifetime: '365' });
  expect([created.status, textOf(created)]).toEqual([201, expect.stringContaining('shown only')]);
  const [secret = ''] = /scimsecret_[\w-]+/.exec(created.text) ?? [];
  const [clientId = ''] = /(?<=id="client"[^>]*>)[0-9a-f]{16}/.exec(created.text) ?? [];
  expect((await visitor.open('/portal/oauth')).text).not.toContain(secret);
  const wrong = { client_id: clientId, client_secret: 'wrong' };
  expect((await requestToken(client, wrong)).status).toBe(401);
  expect(textOf(await visitor.open('/portal/check'))).toContain('Wrong client secret');
  const right = { client_id: clientId, client_secret: secret };
  expect((await requestToken(client, right)).status).toBe(200);
  expect(textOf(await visitor.open('/portal/check'))).toContain('Access token issued');
  // Earlier requests do not show that the new secret works.
  await visitor.open('/portal/oauth');
  expect((await visitor.submit('/portal/oauth/secret', { client: clientId })).status).toBe(201);
  expect(textOf(await visitor.open('/portal/check'))).not.toContain('Access token issued');
});

test("the customer's administrator sets and ends the trust, unless operators have", async () => {
  const { id } = await Client.connect('entra');
  const visitor = await visitorOf(id);
  const path = `/connections/${id}/trust`;
  await visitor.open('/portal/oauth');
  const issuer = `https://login.microsoftonline.com/${randomUUID()}/v2.0`;
  const trust = { issuer, subject: randomUUID(), audience: 'api://app' };
  const refused = await visitor.submit('/portal/oauth/trust', { ...trust, issuer: 'https://x' });
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining(trust.subject)]);
  const blank = { issuer: `https://sts.windows.net/${randomUUID()}/` };
  expect((await visitor.submit('/portal/oauth/trust', blank)).status).toBe(400);
  expect((await admin('GET', path)).status).toBe(404);
  await visitor.submit('/portal/oauth/trust', trust);
  expect((await admin('GET', path)).body).toMatchObject({ issuer });
  await visitor.submit('/portal/oauth/trust/delete', {});
  expect((await admin('GET', path)).status).toBe(404);
  const { audience, ...rest } = trust;
  await admin('PUT', path, { ...rest, audiences: [audience], scopes: ['users:read'] });
  const page = await visitor.open('/portal/oauth');
  expect(textOf(page)).toContain('The operators of this service have set the trust.');
  expect(page.text).not.toContain(trust.subject);
  const remain = async (): Promise<void> => {
    for (const action of ['trust', 'trust/delete']) {
      await visitor.open('/portal/oauth');
      const kept = await visitor.submit(`/portal/oauth/${action}`, trust);
      expect([kept.status, textOf(kept)]).toEqual([403, expect.stringContaining('have set')]);
    }
  };
  await remain();
  await admin('PUT', path, blank);
  await remain();
});

test('the portal neither shows nor changes clients with scopes', async () => {
  const client = await Client.connect('entra');
  const scopes = ['users:read'];
  const { clientId, body } = await createOAuthClient(client, { scopes });
  const visitor = await visitorOf(client.id);
  expect((await visitor.open('/portal/oauth')).text).not.toContain(clientId);
  const forms = [
    ['/portal/oauth/secret', { client: clientId }],
    ['/portal/oauth/delete', { client: clientId }],
    ['/portal/oauth/delete', { client: clientId, secret: body.secret.id as string }],
  ] as const;
  for (const [path, form] of forms) {
    await visitor.open('/portal/oauth');
    expect((await visitor.submit(path, form)).status).toBe(404);
  }
  const listed = await admin('GET', `/connections/${client.id}/oauthClients`);
  expect(listed.body[0].secrets).toHaveLength(1);
});

test('a link that replaces tokens replaces secrets, and creates and trusts nothing', async () => {
  const client = await Client.connect('entra');
  const { clientId, body } = await createOAuthClient(client);
  const visitor = await visitorOf(client.id, { intent: 'rotate' });
  await visitor.open('/portal/oauth');
  const second = await visitor.submit('/portal/oauth/secret', { client: clientId });
  expect(second.status).toBe(201);
  const old = { client: clientId, secret: body.secret.id as string };
  expect((await visitor.submit('/portal/oauth/delete', old)).status).toBe(200);
  const listed = await admin('GET', `/connections/${client.id}/oauthClients`);
  expect(listed.body[0].secrets).toHaveLength(1);
  for (const [path, form] of [
    ['/portal/oauth', { lifetime: '365' }],
    ['/portal/oauth/delete', { client: clientId }],
    ['/portal/oauth/trust', { issuer: 'https://x' }],
  ] as const) {
    await visitor.open('/portal/oauth');
    const refused = await visitor.submit(path, form);
    expect([refused.status, textOf(refused)]).toEqual([403, expect.stringContaining('allow')]);
  }
  const reader = await visitorOf(client.id, { intent: 'log' });
  expect((await reader.open('/portal/oauth')).status).toBe(403);
});
