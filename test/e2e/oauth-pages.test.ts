import { randomUUID } from 'node:crypto';
import { admin, Client } from '../support/client';
import { requestToken } from '../support/oauth';
import { operator } from '../support/operator';

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
