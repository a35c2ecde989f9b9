import { ScimAdminClient } from 'cdk-scim/client';
import { AwsCalls } from '../../cli/doctor/operator/aws-calls';
import {
  DEPLOYMENT_DIAGNOSES,
  type DeploymentDiagnosis,
} from '../../cli/doctor/operator/diagnoses';
import { Findings, type Finding } from '../../cli/doctor/finding';
import { checkStack } from '../../cli/doctor/operator/stack-checks';
import { stackFacts } from '../../cli/doctor/operator/stack-facts';
import { Unchecked } from '../../cli/doctor/operator/unchecked';
import { admin } from '../support/client';
import { callAws, callJson, check } from './aws';
import type { Ministack } from './ministack';

/*
 * The part of the doctor that reads AWS: faults are seeded one at a time into the deployment, found
 * and mended. The emulation cannot deploy the alarms, so one of them is created here.
 */

const REGION = 'us-east-1';
const SENDER = 'scim@example.com';

/** Checks the deployment at the origin of the proxy. @param deployment the prefix of its secrets */
export async function checkDoctor(
  { endpoint, environment }: Ministack,
  origin: string,
  deployment: string,
): Promise<void> {
  const before = { ...process.env };
  Object.assign(process.env, environment);
  try {
    await checkFindings(endpoint, `${origin}/scim/admin`, deployment);
  } finally {
    process.env = before;
  }
}

async function checkFindings(
  endpoint: string,
  adminUrl: string,
  deployment: string,
): Promise<void> {
  const expected = async (...names: readonly DeploymentDiagnosis[]): Promise<void> => {
    const found = await findingsIn(adminUrl);
    const isExpected = found.map(({ name }) => name).join() === names.join();
    const seen = found.map((finding) => `${finding.name}: ${finding.seen}`).join(' ');
    check(isExpected, `The doctor found "${seen}", not "${names.join()}".`);
  };
  // The check of the upgrade has written a connection, and no secret.
  await expected('senderNotVerified', 'secretMissing');
  await admin('POST', '/connections/upgraded/tokens', { overlapSeconds: 60 });
  await expected('senderNotVerified');
  await ses(endpoint, '/identities', { EmailIdentity: SENDER });
  await expected();

  await account(endpoint, false);
  await expected('sesSandbox');
  await account(endpoint, true);

  const orphan = { Name: `${deployment}/ghost`, SecretString: 'x' };
  await callJson(endpoint, 'secretsmanager', 'secretsmanager.CreateSecret', orphan);
  await expected('orphanedSecret');
  const deletion = { SecretId: orphan.Name, ForceDeleteWithoutRecovery: true };
  await callJson(endpoint, 'secretsmanager', 'secretsmanager.DeleteSecret', deletion);

  const { body: before } = await admin('GET', '/connections/declared');
  await admin('PATCH', '/connections/declared', { displayName: 'Somebody else' });
  await expected('drift');
  await admin('PATCH', '/connections/declared', { displayName: before.displayName as string });
  await expected();

  await createAlarm(endpoint);
  const alarms = await calls().alarms(new Set(['Scim-Mail', 'Other']));
  check(alarms.map(({ name }) => name).join() === 'Scim-Mail', 'The alarm was not found.');
}

/** Returns the findings in the stack, and checks that everything could be read. */
async function findingsIn(adminUrl: string): Promise<readonly Finding[]> {
  const client = new ScimAdminClient({ url: adminUrl });
  const unchecked = new Unchecked((text) => {
    throw new Error(text);
  });
  const facts = await stackFacts('Deployed', undefined, { region: REGION }, unchecked);
  const connections = [];
  for await (const connection of client.connections()) connections.push(connection);
  const existing = { connections, webhooks: await client.webhooks() };
  const findings = new Findings<DeploymentDiagnosis>(DEPLOYMENT_DIAGNOSES);
  await checkStack(findings, facts, existing, Date.now());
  return findings.all;
}

function calls(): AwsCalls {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new AwsCalls(REGION, {
    region: () => Promise.resolve(REGION),
    credentials: () => Promise.resolve(credentials),
  });
}

/** Calls an operation of SES. */
async function ses(endpoint: string, path: string, input: object): Promise<void> {
  const answer = await callAws(endpoint, {
    service: 'ses',
    path: `/v2/email${path}`,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(input),
  });
  check(answer.ok, `${path} failed: ${await answer.text()}`);
}

/** Gives the account access to addresses that are not verified, or takes it away. */
function account(endpoint: string, isProduction: boolean): Promise<void> {
  return ses(endpoint, '/account/details', {
    MailType: 'TRANSACTIONAL',
    WebsiteURL: 'https://example.com',
    ProductionAccessEnabled: isProduction,
  });
}

/** Creates an alarm that is on. */
async function createAlarm(endpoint: string): Promise<void> {
  const call = async (action: string, parameters: Readonly<Record<string, string>>) => {
    const body = new URLSearchParams({ Action: action, Version: '2010-08-01', ...parameters });
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const text = body.toString();
    const answer = await callAws(endpoint, { service: 'monitoring', headers, body: text });
    check(answer.ok, `${action} failed: ${await answer.text()}`);
  };
  const alarm = { AlarmName: 'Scim-Mail' };
  await call('PutMetricAlarm', {
    ...alarm,
    ComparisonOperator: 'GreaterThanThreshold',
    EvaluationPeriods: '1',
    MetricName: 'MailFailures',
    Namespace: 'CdkScim',
    Period: '60',
    Statistic: 'Sum',
    Threshold: '1',
  });
  await call('SetAlarmState', { ...alarm, StateValue: 'ALARM', StateReason: 'test' });
}
