import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/*
 * Lambda freezes a process between invocations. Meanwhile DynamoDB closes its idle connections, and
 * the process finds that out with its next call.
 */

// A key and a self-signed certificate that serve no other purpose.
const key = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIK5la2otVevDfDd7HDKKeaxF14Nq1r4jjFxhrqn7A7vvoAoGCCqGSM49
AwEHoUQDQgAExAsz5OdJXLAuZUZ8C+qnlNJd1uwitD2ynbxapWiqYtX9sCXPMij9
teg3pmcwhVG5lZpICiHnwezY0vh3LnQVXA==
-----END EC PRIVATE KEY-----`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBfjCCASWgAwIBAgIURd9jaIYTSPCuz4qtfj69RRN5pmswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNjE0MjYwOFoYDzIxMjYxMTAy
MTQyNjA4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATECzPk50lcsC5lRnwL6qeU0l3W7CK0PbKdvFqlaKpi1f2wJc8yKP21
6DemZzCFUbmVmkgKIefB7NjS+HcudBVco1MwUTAdBgNVHQ4EFgQUj7hNgLrZnnCH
gTT8E3fyOdq/LNQwHwYDVR0jBBgwFoAUj7hNgLrZnnCHgTT8E3fyOdq/LNQwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBRP/wW/e7pXlR3G9Fbo7bn
Ji7u0xooc0MMX8JmS9VcPwIgT7jJZVmE9oidhlRiBpo8+ueM4dByn5QUXdQvlvgb
v/o=
-----END CERTIFICATE-----`;

test('a call after a freeze, in which the server closed the connection, succeeds', async () => {
  let connections = 0;
  const server = createServer({ key, cert }, (request, response) => {
    request.resume();
    response.setHeader('Content-Type', 'application/x-amz-json-1.0').end('{}');
  });
  server.on('secureConnection', () => (connections += 1));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const tsx = pathToFileURL(require.resolve('tsx')).href;
  const client = spawn(
    process.execPath,
    ['--import', tsx, path.join(__dirname, 'frozen-client.ts'), `https://127.0.0.1:${port}`],
    { env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' } },
  );
  const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
  const call = async (): Promise<unknown> => {
    client.stdin.write('call\n');
    return (await lines.next()).value;
  };
  try {
    expect((await lines.next()).value).toBe('ready');
    expect([await call(), await call(), connections]).toEqual(['ok', 'ok', 1]);
    client.kill('SIGSTOP');
    server.closeAllConnections();
    client.kill('SIGCONT');
    expect([await call(), connections]).toEqual(['ok', 2]);
  } finally {
    client.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
  }
});
