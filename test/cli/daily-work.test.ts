import { command, commandJson, run } from '../support/command';
import { admin, Client, server, type Body } from '../support/client';
import { untilEvents } from '../support/events';
import { eventually } from '../support/own-server';

/** Matches tokens of connections and secrets of webhooks. */
const SECRETS = /scim_[a-z0-9-]+_[0-9a-f]{10}_|whsec_/;

test('an operator creates a connection, hands out a link, sees a failure and rotates', async () => {
  const created = await command(
    'connections',
    'create',
    'Acme',
    '--id',
    'acme-cli',
    '--idp',
    'okta',
  );
  expect(created).toMatchObject({ code: 0 });
  expect(created.stdout).toMatch(/Base URL +http:.*\/connections\/acme-cli\n/);
  expect(created.stderr).toContain('npx cdk-scim portal-link acme-cli --admin-url');

  const link = await command('portal-link', 'acme-cli', '--recipient', 'it@acme.example');
  expect(link.stdout).toMatch(/Link +http:.*\/portal\/open\?link=/);
  expect(await commandJson('portal-link', 'list', 'acme-cli')).toMatchObject([
    { recipient: 'it@acme.example', state: 'unused' },
  ]);

  const { value } = await commandJson('tokens', 'rotate', 'acme-cli', '--overlap', '0s', '--show');
  const client = Client.of(server().scimBaseUrl.replace('default', 'acme-cli'), value);
  await client.user('ann@acme.example');
  await client.post('/Users', { userName: 'ann@acme.example' });
  const log = await command('log', 'acme-cli', '--failed');
  expect(log).toMatchObject({ code: 0, stderr: '' });
  expect(log.stdout).toMatch(/409 {2}POST \/Users {2}ann@acme\.example\n/);
  expect(log.stdout).toContain('What to do: ');

  const rotated = await command('tokens', 'rotate', 'acme-cli');
  expect(rotated.stdout).toMatch(/Token +in Secrets Manager, in the secret \S*acme-cli\n/);
  const tokens: Body = await commandJson('tokens', 'list', 'acme-cli');
  expect(tokens.map(({ state }: Body) => state)).toEqual(['active', 'ending', 'replaced']);
  const [, ending] = tokens;
  expect(Date.parse(ending.expiresAt) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
  expect((await client.get('/Users')).status).toBe(200);
  await command('tokens', 'revoke', 'acme-cli', ending.id, '--yes');
  expect((await client.get('/Users')).status).toBe(401);
});

test('tokens and secrets are printed only with --show', async () => {
  const outputs = [
    await command('connections', 'create', 'Shy', '--id', 'shy'),
    await command('connections', 'create', 'Shy', '--id', 'shy-json', '--json'),
    await command('tokens', 'rotate', 'shy'),
    await command('tokens', 'rotate', 'shy', '--json'),
    await command('tokens', 'list', 'shy'),
    await command('connections', 'show', 'shy'),
    await command('guide', '--connection', 'shy'),
  ];
  for (const { code, stdout, stderr } of outputs) {
    expect([code, SECRETS.test(stdout + stderr)]).toEqual([0, false]);
  }
  // A token or secret that could not be read later is not created at all.
  for (const args of [
    ['connections', 'create', 'Lost', '--id', 'lost', '--no-secret'],
    ['tokens', 'issue', 'shy', '--scope', 'users:read'],
    ['webhooks', 'create', 'https://hooks.example.com/lost'],
  ]) {
    expect(await command(...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--show') as string,
    });
  }
  expect((await admin('GET', '/connections/lost')).status).toBe(404);
  expect(await commandJson('webhooks', 'list')).not.toContainEqual(
    expect.objectContaining({ url: 'https://hooks.example.com/lost' }),
  );
  const shown = await command('connections', 'create', 'Open', '--no-secret', '--show');
  expect(shown.stdout).toMatch(/Token +scim_/);
  const scoped = await commandJson('tokens', 'issue', 'shy', '--scope', 'users:read', '--show');
  expect(scoped).toMatchObject({ scopes: ['users:read'], value: expect.stringMatching(SECRETS) });
});

test('settings are set, changed and reset', async () => {
  const settings = [
    '--rotate-every-days',
    '90',
    '--overlap-days',
    '3',
    '--mail-to',
    'it@a.example',
  ];
  await command(
    'connections',
    'create',
    'Settings',
    '--id',
    'settings',
    '--users-only',
    ...settings,
  );
  expect(await commandJson('connections', 'show', 'settings')).toMatchObject({
    displayName: 'Settings',
    groups: false,
    rotation: { everyDays: 90, overlapDays: 3 },
    failureMail: { recipients: ['it@a.example'] },
  });
  const changes = [
    '--name',
    'New',
    '--with-groups',
    '--acts-as',
    'account-7',
    '--reset',
    'rotation',
    'mail-to',
  ];
  const changed: Body = await commandJson('connections', 'update', 'settings', ...changes);
  expect(changed).toMatchObject({ displayName: 'New', actsAs: 'account-7', groups: true });
  expect([changed.rotation, changed.failureMail]).toEqual([undefined, undefined]);
  await command('connections', 'update', 'settings', '--no-mail');
  expect(await commandJson('connections', 'disable', 'settings')).toMatchObject({
    enabled: false,
    failureMail: { recipients: [] },
  });
  expect(await commandJson('connections', 'enable', 'settings')).toMatchObject({
    enabled: true,
  });
  // Without a terminal there is nobody to ask.
  expect(await command('connections', 'delete', 'settings')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Add --yes') as string,
  });
  expect(await command('connections', 'delete', 'settings', '--yes')).toMatchObject({ code: 0 });
  expect((await admin('GET', '/connections/settings')).body.enabled ?? false).toBe(false);
});

test('api makes any call of the admin API', async () => {
  const client = await Client.connect('okta');
  const rows = [{ match: 'displayName', equals: 'Admins', role: 'admin' }];
  const path = `/connections/${client.id}/roles`;
  expect(await commandJson('api', 'PUT', path, '--body', JSON.stringify(rows))).toEqual({ rows });
  expect(await commandJson('api', 'GET', path)).toEqual({ rows });
});

test('log --follow shows each entry once, also those that were there before', async () => {
  const client = await Client.connect('okta', { id: 'followed' });
  await client.user('first@acme.example');
  const url = ['--admin-url', server().adminUrl];
  const following = run(['log', 'followed', '--follow', '--json', ...url], {
    endsWhen: (stdout) => stdout.includes('last@acme.example'),
  });
  await eventually(
    () => admin('GET', '/connections/followed/requests'),
    ({ body }) => body.requests.length > 0,
  );
  for (const name of ['second', 'third']) {
    await client.user(`${name}@acme.example`);
    await client.post('/Users', { userName: `${name}@acme.example` });
    // Longer than the pause between two polls, so that several of them see the same entries.
    await new Promise((resolve) => setTimeout(resolve, 2500));
  }
  await client.user('last@acme.example');
  const { stdout } = await following;
  const entries = stdout
    .trim()
    .split('\n')
    .map((line): Body => JSON.parse(line));
  const described = entries.map(({ kind, name }) => `${kind} ${name.split('@')[0]}`);
  expect(described.toSorted()).toEqual([
    ...['change first', 'change last', 'change second', 'change third'],
    ...['failure second', 'failure third'],
  ]);
});

test('names with control characters can neither move the cursor nor look like a line', async () => {
  const client = await Client.connect('okta', { id: 'control' });
  const userName = 'e\u001b[31mvil\nsecond line';
  await client.user(userName);
  expect((await client.post('/Users', { userName })).status).toBe(409);
  await untilEvents(client.id, 2);
  const { stdout: events } = await command('events', 'replay', '--connection', 'control');
  const { stdout: log } = await command('log', 'control');
  for (const text of [events, log]) {
    expect(text).toContain('vil');
    expect(text).not.toContain('\u001b');
    expect(text).not.toMatch(/^second line/m);
  }
});

test('events are shown from the oldest on, and by type', async () => {
  const client = await Client.connect('okta', { id: 'event-tail' });
  const tail = run(
    [
      'events',
      'tail',
      '--connection',
      'event-tail',
      '--after',
      '',
      '--admin-url',
      server().adminUrl,
    ],
    { endsWhen: (stdout) => stdout.includes('user.created') },
  );
  const { id } = await client.user('ann@acme.example');
  expect((await tail).stdout).toMatch(
    new RegExp(`connection\\.created .*\\n.* user\\.created {2}event-tail {2}Users/${id} \\(ann@`),
  );
  const args = ['events', 'replay', '--connection', 'event-tail', '--type', 'user.created'];
  const { stdout, stderr } = await command(...args, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ type: 'user.created', subject: `Users/${id}` });
  const [, after = ''] = /events tail --after (\S+)/.exec(stderr) ?? [];
  expect((await command(...args, '--after', after)).stdout).toBe('');
  expect(await command('events', 'replay', '--type', 'user.exploded')).toMatchObject({ code: 2 });
});
