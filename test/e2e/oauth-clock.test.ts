import { admin, Client, expectError } from '../support/client';
import { bearer, createOAuthClient, requestToken } from '../support/oauth';
import { DAY, startOwnServer, type OwnServer } from '../support/own-server';

let server: OwnServer;

beforeAll(async () => {
  server = await startOwnServer('--failure-mail-to', 'ops@example.com');
});
afterAll(() => server.stop());

test('an access token ends after an hour, and its secret issues the next one', async () => {
  const client = await Client.connect('entra');
  const { clientId, secret } = await createOAuthClient(client);
  const sent = { client_id: clientId, client_secret: secret };
  const first = await requestToken(client, sent);
  await server.advance(3601);
  const use = bearer(first.body.access_token);
  expectError(await client.call('GET', '/Users', undefined, use), 401);
  const second = await requestToken(client, sent);
  const again = bearer(second.body.access_token);
  expect((await client.call('GET', '/Users', undefined, again)).status).toBe(200);
  // An expired access token is no failure that anybody is told about.
  expect((await server.mails()).filter(({ subject }) => subject.includes('fail'))).toEqual([]);
  const log = await admin('GET', `/connections/${client.id}/requests?status=failed`);
  expect(log.body.requests).toEqual([]);
  // One that is used long after its end was pasted by somebody.
  await server.advance(600);
  expectError(await client.call('GET', '/Users', undefined, use), 401);
  const later = await admin('GET', `/connections/${client.id}/requests?status=failed`);
  expect(later.body.requests).toMatchObject([{ cause: 'tokenRefused', status: 401 }]);
});

test('recipients are reminded of a secret that ends, and no token outlives it', async () => {
  const client = await Client.connect('entra', { tokenExpiresInDays: 5 });
  const { clientId, secret } = await createOAuthClient(client, { expiresInDays: 8 });
  const replaced = await createOAuthClient(client, { expiresInDays: 8 });
  const path = `/connections/${client.id}/oauthClients/${replaced.clientId}/secrets`;
  await admin('POST', path, { expiresInDays: 700 });
  const sent = { client_id: clientId, client_secret: secret };
  const before = (await server.mails()).length;
  // The connection has gone over to OAuth: its bearer token is left over.
  const { body } = await requestToken(client, sent);
  await client.call('GET', '/Users', undefined, bearer(body.access_token));
  await server.advance(2 * DAY);
  const mails = (await server.mails()).slice(before);
  expect(mails.map(({ subject }) => subject)).toEqual([
    'OAuth client secret of Test expires in 7 days',
  ]);
  expect(mails[0]?.text).toContain(`oauth-clients add-secret ${client.id} ${clientId} --show`);
  await server.advance(6 * DAY - 900);
  const last = await requestToken(client, sent);
  expect(last.body.expires_in).toBeLessThan(900);
  await server.advance(1000);
  const use = bearer(last.body.access_token);
  expectError(await client.call('GET', '/Users', undefined, use), 401);
  const told = (await server.mails()).length;
  expect((await requestToken(client, sent)).status).toBe(401);
  const log = await admin('GET', `/connections/${client.id}/requests?status=failed`);
  expect(log.body.requests[0]).toMatchObject({
    cause: 'clientRefused',
    detail: `the secret of ${clientId} has expired`,
    token: expect.any(String),
  });
  await server.advance(3600);
  const [mail] = (await server.mails()).slice(told);
  expect(mail?.subject).toBe('SCIM provisioning of Test: 1 request failed');
  expect(mail?.text).toContain('The client is refused');
});
