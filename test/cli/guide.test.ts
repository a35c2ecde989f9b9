import { IDENTITY_PROVIDERS } from '../../idp/profiles/registry';
import { command, run } from '../support/command';

test.each(IDENTITY_PROVIDERS)('the guide of %s shows the values of a connection', async (idp) => {
  const created = await command('connections', 'create', 'G', '--id', `guide-${idp}`, '--idp', idp);
  expect(created.code).toBe(0);
  const { code, stdout } = await command('guide', '--connection', `guide-${idp}`);
  expect(code).toBe(0);
  expect(stdout).toContain(`/connections/guide-${idp}`);
  expect(stdout).toMatch(/^1\. /m);
  expect(stdout).not.toContain('[object');
});

test('a guide needs no deployment; a connection without groups has other steps', async () => {
  const general = await run(['guide', 'okta']);
  expect(general).toMatchObject({ code: 0, stderr: '' });
  expect(general.stdout).toContain('<base URL of the connection>');
  await command(
    'connections',
    'create',
    'U',
    '--id',
    'guide-users',
    '--idp',
    'okta',
    '--users-only',
  );
  const { stdout } = await command('guide', '--connection', 'guide-users');
  expect(stdout).toContain('push no groups');
  expect(general.stdout).not.toContain('push no groups');
  expect((await run(['guide'])).code).toBe(2);
});
