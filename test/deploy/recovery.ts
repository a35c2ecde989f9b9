import { setTimeout as sleep } from 'node:timers/promises';
import { admin, Client, send } from '../support/client';
import { callJson, check } from './aws';
import { deploy } from './cdk';
import type { Ministack } from './ministack';

/*
 * The procedures of docs/operations/recovery.md: restore a table, and rotate after a secret was
 * deleted.
 */

const RESTORED = 'scim-restored';

/** Restores the table, damages the one it replaces, and points the stack to the restored one. */
export async function checkRestore(
  ministack: Ministack,
  folder: string,
  tableName: string,
): Promise<void> {
  const { endpoint } = ministack;
  const call = (operation: string, input: object) =>
    callJson(endpoint, 'dynamodb', `DynamoDB_20120810.${operation}`, input);
  const client = await Client.connect('okta');
  const user = await client.user('kept@example.com');
  await call('RestoreTableToPointInTime', {
    SourceTableName: tableName,
    TargetTableName: RESTORED,
    UseLatestRestorableTime: true,
  });
  const lost = await client.user('lost@example.com');
  await call('UpdateTable', {
    TableName: RESTORED,
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  await call('UpdateTimeToLive', {
    TableName: RESTORED,
    TimeToLiveSpecification: { Enabled: true, AttributeName: 'ttl' },
  });
  const { Table: table } = (await call('DescribeTable', { TableName: RESTORED })) as {
    Table: { TableArn: string; LatestStreamArn: string };
  };
  deploy(ministack, folder, 'app.ts', {
    SCIM_TABLE_ARN: table.TableArn,
    SCIM_TABLE_STREAM_ARN: table.LatestStreamArn,
  });
  check((await client.get(`/Users/${String(user.id)}`)).status === 200, 'The restore lost a user.');
  const { status } = await client.get(`/Users/${String(lost.id)}`);
  check(status === 404, `A user from after the restored moment returns ${status}.`);
  const again = await client.user('lost@example.com');
  await client.patch(`/Users/${String(again.id)}`, { op: 'replace', path: 'active', value: false });
  await checkLogged(client.id, String(again.id), 2);
  const { body: token } = await admin('POST', `/connections/${client.id}/tokens`);
  const old = await send('GET', `${client.baseUrl}/Users`, authorization(client.token));
  const fresh = await send('GET', `${client.baseUrl}/Users`, authorization(String(token.value)));
  check([old.status, fresh.status].join() === '401,200', 'The tokens were not rotated.');
}

/** Rotates the token of a connection whose secret is scheduled for deletion. */
export async function checkDeletedSecret({ endpoint }: Ministack): Promise<void> {
  const call = (operation: string, input: object) =>
    callJson(endpoint, 'secretsmanager', `secretsmanager.${operation}`, input);
  const client = await Client.connect('generic');
  const { secretName } = (await admin('GET', `/connections/${client.id}`)).body as {
    secretName: string;
  };
  await call('DeleteSecret', { SecretId: secretName, RecoveryWindowInDays: 7 });
  const { status, body } = await admin('POST', `/connections/${client.id}/tokens`);
  check(status === 201, `A rotation after a deleted secret returns ${status}.`);
  const { SecretString: value, ARN: arn } = await call('GetSecretValue', { SecretId: secretName });
  check(value === body.value, 'The restored secret does not have the new token.');
  const { Tags: tags = [] } = (await call('DescribeSecret', { SecretId: String(arn) })) as {
    Tags?: readonly { readonly Key: string; readonly Value: string }[];
  };
  check(
    tags.some(({ Key: key, Value: found }) => key === 'scim:connection' && found === client.id),
    `The secret has the tags ${JSON.stringify(tags)}.`,
  );
}

/** Waits until the provisioning log has this many changes of a resource, and no more. */
export async function checkLogged(id: string, resource: string, changes: number): Promise<void> {
  const path = `/connections/${id}/requests?kind=change&resource=${resource}`;
  let found = 0;
  for (let attempt = 0; attempt < 60; attempt += 1) {
    found = ((await admin('GET', path)).body.requests as unknown[]).length;
    if (found >= changes) break;
    await sleep(500);
  }
  check(found === changes, `The log has ${found} changes of a resource instead of ${changes}.`);
}

function authorization(token: string): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${token}` };
}
