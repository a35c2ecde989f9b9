import { randomUUID } from 'node:crypto';
import { Client } from '../support/client';
import { command, commandJson } from '../support/command';
import { requestToken } from '../support/oauth';

test('a client is created, gets a second secret, and is deleted', async () => {
  const client = await Client.connect('entra');
  const hidden = await command('oauth-clients', 'create', client.id);
  expect([hidden.code, hidden.stderr]).toEqual([2, expect.stringContaining('--show')]);
  const none = await command('oauth-clients', 'list', client.id);
  expect([none.code, none.stderr]).toEqual([0, expect.stringContaining('oauth-clients create')]);
  const created = await commandJson(
    ...['oauth-clients', 'create', client.id, '--name', 'Gallery', '--access-token', '2h'],
    ...['--scope', 'users:read-write', '--show'],
  );
  const sent = { client_id: created.id as string, client_secret: created.secret.value as string };
  expect((await requestToken(client, sent)).body).toMatchObject({
    expires_in: 7200,
    scope: 'users:read-write',
  });
  const second = await command('oauth-clients', 'add-secret', client.id, created.id, '--show');
  expect(second.stdout).toMatch(/Secret +scimsecret_/);
  const third = await command('oauth-clients', 'add-secret', client.id, created.id, '--show');
  expect([third.code, third.stderr]).toEqual([2, expect.stringContaining('Delete the one')]);
  const secretId = created.secret.id as string;
  await command('oauth-clients', 'delete-secret', client.id, created.id, secretId, '--yes');
  expect((await requestToken(client, sent)).status).toBe(401);
  const listed = await command('oauth-clients', 'list', client.id);
  expect(listed.stdout).toContain('Gallery');
  expect(listed.stdout).not.toContain(secretId);
  const deleted = await command('oauth-clients', 'delete', client.id, created.id, '--yes');
  expect(deleted.stdout).toContain('is deleted');
});

test('a trust is set, shown and deleted, and a wrong issuer says which are right', async () => {
  const { id } = await Client.connect('entra');
  const issuer = `https://login.microsoftonline.com/${randomUUID()}/v2.0`;
  expect((await command('trust', 'show', id)).stderr).toContain('trusts no issuer');
  expect(await commandJson('trust', 'show', id)).toBeNull();
  const subject = randomUUID();
  const set = await commandJson(
    ...['trust', 'set', id, '--issuer', issuer, '--subject', subject, '--audience', 'api://a'],
  );
  expect(set).toMatchObject({ id: expect.any(String), issuer, subject, audiences: ['api://a'] });
  expect((await command('trust', 'show', id)).stdout).toContain(issuer);
  const wrong = await command('trust', 'set', id, '--issuer', 'https://evil.example/x');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('sts.windows.net')]);
  expect((await command('trust', 'delete', id, '--yes')).code).toBe(0);
  expect(await commandJson('trust', 'show', id)).toBeNull();
  expect((await command('trust', 'show', 'no-such-connection')).code).toBe(2);
});
