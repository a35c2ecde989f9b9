import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { send } from '../support/client';
import { runToEnd, startServer } from '../support/server-process';

// Each of these tests starts several servers.
jest.setTimeout(120_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'scim-start-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a restarted server keeps its users and its token', async () => {
  const first = await startServer(['--port', '0', '--idp', 'okta'], folder);
  const headers = {
    Authorization: `Bearer ${first.token}`,
    'Content-Type': 'application/scim+json',
  };
  const body = JSON.stringify({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'kept',
  });
  const { body: user } = await send('POST', `${first.scimBaseUrl}/Users`, headers, body);
  const busy = await runToEnd(['--port', '0'], folder);
  expect([busy.code, busy.stdout]).toEqual([1, '']);
  expect(busy.stderr).toContain('Another "npm start"');
  expect(await first.stop('SIGINT')).toBe(0);
  expect(isRunning(first.pid)).toBe(false);

  const second = await startServer(['--port', '0'], folder);
  expect(second.token).toBe(first.token);
  const found = await send('GET', `${second.scimBaseUrl}/Users/${user.id}`, headers);
  expect(found.body).toMatchObject({
    id: user.id,
    userName: 'kept',
    meta: { version: user.meta.version },
  });
  expect((await send('GET', `${second.adminUrl}/connections/default`)).body.identityProvider).toBe(
    'okta',
  );
  expect(await second.stop('SIGTERM')).toBe(0);
  // The database engine stopped together with the server.
  await expect(send('POST', second.dynamodbEndpoint)).rejects.toThrow('ECONNREFUSED');
});

test('a port in use and invalid flags are reported', async () => {
  const occupied = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => occupied.once('listening', resolve));
  const { port } = occupied.address() as AddressInfo;
  const servedTypes = await runToEnd(['--memory', '--port', String(port)], folder);
  occupied.close();
  expect([servedTypes.code, servedTypes.stdout]).toEqual([1, '']);
  expect(servedTypes.stderr).toContain(`Port ${port} is in use`);

  for (const [args, message] of [
    [['--port', 'x'], '--port takes a number'],
    [['--idp', 'nosuch'], '--idp takes one of entra, okta'],
    [['--nosuch'], '--nosuch'],
    [['--dynamodb', 'nosuch'], '--dynamodb takes a URL'],
  ] as const) {
    const { code, stderr } = await runToEnd(args, folder);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    // The cause is the last thing that one reads, so the help is only named.
    expect(stderr).toContain('"npm start -- --help" lists the flags.');
    expect(stderr).not.toContain('--failure-mail-window');
  }
  const help = await runToEnd(['--help'], folder);
  expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('--failure-mail-window')]);
});

test('an advance of the clock delivers all mails, and a restart keeps both', async () => {
  const args = ['--port', '0', '--failure-mail-to', 'ops@example.com'];
  const first = await startServer([...args, '--failure-mail-window', '300'], folder);
  const headers = { Authorization: `Bearer ${first.token}` };
  const json = { Accept: 'application/json' };
  const clock = first.mailboxUrl.replace('/mailbox', '/clock');
  await send('POST', `${first.scimBaseUrl}/Users`, headers, '{}');
  const { body } = await send('POST', clock, {}, '{"advanceSeconds": 86400}');
  const mails = (await send('GET', first.mailboxUrl, json)).body;
  expect(mails).toEqual([expect.objectContaining({ recipients: ['ops@example.com'] })]);
  await first.stop();

  const second = await startServer(args, folder);
  expect((await send('GET', second.mailboxUrl, json)).body).toEqual(mails);
  const now = await send('GET', second.mailboxUrl.replace('/mailbox', '/clock'));
  expect(Date.parse(now.body.now)).toBeGreaterThanOrEqual(Date.parse(body.now));
  await second.stop();
});

test.each(['no database', 'SQLite format 3'])(
  'a damaged database is named, with how to start over: %j',
  async (content) => {
    const file = path.join(folder, '.scim-local', 'dynamodb.sqlite');
    mkdirSync(path.dirname(file));
    writeFileSync(file, content.padEnd(8192, '\0'));
    const { code, stderr } = await runToEnd(['--port', '0'], folder);
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot open ${file}`);
    expect(stderr).toContain(`To start over, delete the folder ${path.dirname(file)}`);
  },
);

test('the mailbox is served as JSON, and foreign origins and hosts are rejected', async () => {
  const server = await startServer(['--port', '0', '--memory'], folder);
  const listed = await send('GET', server.mailboxUrl, { Accept: 'application/json' });
  expect([listed.status, listed.body]).toEqual([200, []]);
  // Web pages of other sites must not reach the admin API, not even by DNS rebinding.
  const foreign = await send('GET', `${server.adminUrl}/connections`, {
    Origin: 'https://example.com',
  });
  expect(foreign.status).toBe(403);
  const rebound = await send('GET', `${server.adminUrl}/connections`, { Host: 'attacker.example' });
  expect(rebound.status).toBe(403);
  await server.stop();
});
