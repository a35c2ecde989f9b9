import { readFileSync } from 'node:fs';
import path from 'node:path';
import { marshall } from '@aws-sdk/util-dynamodb';
import { admin, Client } from '../support/client';
import { callJson, check } from './aws';
import { deploy } from './cdk';
import type { Ministack } from './ministack';
import { checkLogged } from './recovery';
import { SigningProxy } from './signing-proxy';

const FIXTURE = path.join(__dirname, '..', 'directory', 'fixtures', 'table-0.2.0.json');

/**
 * Deploys the template of the last release, with data that it wrote, and upgrades it to this one.
 * Two functions read the stream before the upgrade and one after it: changes from before the
 * upgrade that nobody has logged are logged once.
 */
export async function checkUpgrade(ministack: Ministack, folder: string): Promise<void> {
  const { endpoint } = ministack;
  const before = deploy(ministack, folder, 'previous-release.ts');
  const table = before['TableName'] ?? '';
  const items = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Record<string, unknown>[];
  for (const item of items) {
    const input = { TableName: table, Item: marshall(item) };
    await callJson(endpoint, 'dynamodb', 'DynamoDB_20120810.PutItem', input);
  }
  const proxy = await SigningProxy.start(
    endpoint,
    `${before['ApiId'] ?? ''}.execute-api.localhost`,
  );
  try {
    process.env['SCIM_TEST_SERVER'] = JSON.stringify({ adminUrl: `${proxy.origin}/scim/admin` });
    const client = await Client.connect('entra');
    const user = await client.user('before@example.com');
    await client.patch(`/Users/${String(user.id)}`, {
      op: 'replace',
      path: 'active',
      value: false,
    });
    const after = deploy(ministack, folder, 'app.ts');
    check(after['TableName'] === table, 'The upgrade replaced the table.');
    check(after['ApiId'] === before['ApiId'], 'The upgrade replaced the API.');
    await checkLogged(client.id, String(user.id), 2);
    const { status, body } = await client.get(`/Users/${String(user.id)}`);
    check(status === 200 && body.active === false, 'The upgrade lost a user.');
    await client.patch(`/Users/${String(user.id)}`, { op: 'replace', path: 'active', value: true });
    await checkLogged(client.id, String(user.id), 3);
    const { body: upgraded } = await admin('GET', '/connections/upgraded');
    check(upgraded.id === 'upgraded', 'The upgrade lost a connection.');
  } finally {
    await proxy.stop();
  }
}
