import { createServer } from 'node:http';
import { command, commandJson, run } from '../support/command';
import { app, server } from '../support/client';
import { close, listen } from '../support/loopback-server';

test.each([
  ['an unknown command', ['conections'], /unknown command/],
  ['an unknown option', ['connections', 'list', '--all'], /unknown option/],
  ['a missing argument', ['log'], /missing required argument/],
  ['an invalid duration', ['tokens', 'rotate', 'x', '--overlap', '7'], /such as 30m, 12h or 7d/],
  ['an invalid number', ['log', 'x', '--limit', 'ten'], /whole number/],
  ['an invalid time', ['log', 'x', '--since', 'yesterday'], /--since takes/],
  ['an unknown connection', ['connections', 'show', 'nosuch'], /no connection "nosuch"/],
  [
    'a refused setting',
    ['connections', 'create', 'X', '--token-expires-in-days', '0'],
    /tokenExpiresInDays/,
  ],
  ['no change', ['connections', 'update', 'default'], /nothing to change/],
  ['a missing name', ['connections', 'create'], /name is missing/],
  ['a body that is not JSON', ['api', 'POST', '/connections', '--body', '{'], /not JSON/],
  ['no entry at all', ['log', 'default', '--limit', '0'], /1 or more/],
  [
    'an id that leads elsewhere',
    ['tokens', 'revoke', 'default', '..', '--yes'],
    /consists of dots/,
  ],
  ['an empty id', ['connections', 'show', ''], /empty/],
  ['a path that leads elsewhere', ['api', 'DELETE', '/connections/x/../default'], /dots/],
  ['a link that does not exist', ['portal-link', 'revoke', 'default', 'nosuch'], /has no link/],
  ['a body of GET', ['api', 'GET', '/connections', '--body', '{}'], /no body/],
  [
    'options that contradict each other',
    ['connections', 'update', 'default', '--users-only', '--with-groups'],
    /either --with-groups or --users-only/,
  ],
  [
    'a setting that is set and reset',
    ['connections', 'update', 'default', '--idp', 'okta', '--reset', 'idp'],
    /set and reset at once/,
  ],
  ['no table', ['verify'], /--table/],
])('the code is 2 for %s, with what to do', async (_, args, message) => {
  const { code, stdout, stderr } = await command(...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
});

test('the code is 2 for a URL that is not that of an admin API', async () => {
  const { code, stderr } = await run(['connections', 'list', '--admin-url', 'https://a.example']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('ends with /admin')]);
});

test.each([
  ['HTML', '<html>'],
  ['null', 'null'],
  ['half of it', '{"connections": ['],
])('an answer that is %s is an error that shows it', async (_, body) => {
  const api = createServer((__, response) => response.writeHead(200).end(body));
  const url = await listen(api);
  const { code, stderr } = await run(['connections', 'list', '--admin-url', `${url}/admin`]);
  await close(api);
  expect([code, stderr]).toEqual([3, `The answer is not JSON: ${body} Is the URL right?\n`]);
});

test('the code is 3 if nothing answers, or the answer is a failure of the service', async () => {
  const unreachable = await run(['connections', 'list', '--admin-url', 'http://127.0.0.1:1/admin']);
  expect(unreachable).toMatchObject({ code: 3, stdout: '' });
  const refusing = createServer((_, response) => {
    response.writeHead(403).end('{"message": "not authorized to perform execute-api:Invoke"}');
  });
  const url = await listen(refusing);
  const refused = await run(['connections', 'list', '--admin-url', `${url}/admin`]);
  await close(refusing);
  expect(refused).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('not authorized') as string,
  });
});

test('seed fills a connection that exists', async () => {
  const target = ['--table', server().tableName, '--dynamodb', server().dynamodbEndpoint];
  await command('connections', 'create', 'Seeded', '--id', 'seeded');
  const seeded = await run(['seed', '--connection', 'seeded', '--users', '5', ...target]);
  expect(seeded).toMatchObject({ code: 0 });
  expect((await app('GET', '/connections/seeded/users')).body.users.length).toBe(5);
  const nobody = await run(['seed', '--connection', 'nosuch', '--users', '5', ...target]);
  expect(nobody).toMatchObject({ code: 2 });
});

test('--help describes each command, its options and how a deployment is named', async () => {
  const { code, stdout } = await run(['--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('Exit codes: 0 done');
  const names = [...stdout.matchAll(/^ {2}([a-z][a-z-]*)(?: \[| <| {2,})/gm)].map(
    ([, name = '']) => name,
  );
  expect(names).toEqual(expect.arrayContaining(['connections', 'tokens', 'log', 'guide']));
  for (const name of names.filter((each) => each !== 'help')) {
    const help = await run([name, '--help']);
    expect([name, help.code, help.stdout]).toEqual([name, 0, expect.stringContaining('--stack')]);
  }
});

test('without a terminal there are neither colors nor relative times', async () => {
  const { stdout } = await run(['connections', 'list', '--admin-url', server().adminUrl], {
    env: { CI: 'true' },
  });
  expect(stdout).toMatch(/^ID +NAME +IDENTITY PROVIDER +STATE +CREATED\n/);
  expect(stdout).toMatch(/default .* \d{4}-\d\d-\d\dT[\d:.]+Z\n/);
  expect(stdout).not.toContain('\u001b');
  expect(await commandJson('connections', 'list')).toContainEqual(
    expect.objectContaining({ id: 'default', identityProvider: 'generic' }),
  );
});
