import { membershipKey } from '../../directory/store/keys';
import { Table } from '../../directory/store/table';
import { openEngine } from '../directory/support';
import { Client } from '../support/client';
import { run } from '../support/command';
import { startServer } from '../support/server-process';

test('verify has exit code 1 for a finding that persists, and 0 without any', async () => {
  // Other tests write to the server that all share, and damage its table.
  const server = await startServer(['--memory', '--port', '0']);
  const engine = openEngine(server.dynamodbEndpoint);
  const table = new Table(engine, server.tableName);
  const verify = ['verify', '--table', server.tableName, '--dynamodb', server.dynamodbEndpoint];
  try {
    const client = Client.of(server.scimBaseUrl, server.token);
    const { id: user } = await client.user('ann@acme.example');
    const { id: group } = await client.group('Guides', [user]);
    const key = membershipKey(client.id, group, user);
    const membership = await table.get(key);
    if (membership === undefined) throw new Error('The membership has no item.');
    await table.write([{ delete: key }]);
    const damaged = await run([...verify, '--json']);
    expect(damaged.code).toBe(1);
    expect(damaged.stderr).toContain('checking again in 30 s');
    const { findings } = JSON.parse(damaged.stdout) as { findings: { connection: string }[] };
    expect(findings.every(({ connection }) => connection === client.id)).toBe(true);
    await table.write([{ put: membership }]);
    const repaired = await run(verify);
    expect([repaired.code, repaired.stdout]).toEqual([
      0,
      expect.stringMatching(/ 0 findings\.\n$/),
    ]);
  } finally {
    engine.close();
    await server.stop();
  }
}, 120_000);
