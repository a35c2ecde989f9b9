import type { Connection, ConnectionDeletion, Webhook } from '../../../client';
import { withBurst } from '../../../directory/connections/rate-limit';
import { equalJson, isObject, parseJson, type Json, type JsonObject } from '../../../scim/json';
import { relativeTime } from '../../output/time';
import type { Findings } from '../finding';
import type { Alarm } from './aws-calls';
import type { DeploymentDiagnosis } from './diagnoses';
import type { MailFacts, StackFacts } from './stack-facts';

/** What exists in the service, to be compared with what AWS knows. */
export interface Existing {
  readonly connections: readonly (Connection | ConnectionDeletion)[];
  readonly webhooks: readonly Webhook[];
}

/** Compares a deployment with its stack. @param now milliseconds since 1970 */
export async function checkStack(
  findings: Findings<DeploymentDiagnosis>,
  stack: StackFacts,
  existing: Existing,
  now: number,
): Promise<void> {
  for (const alarm of stack.alarms ?? []) reportAlarm(findings, alarm, now);
  if (stack.mail !== undefined) checkMail(findings, stack.mail);
  for (const { id, settings } of stack.deployment?.connections ?? []) {
    const found = existing.connections.find((each) => each.id === id);
    if (found === undefined) {
      findings.add('declaredMissing', `The stack declares "${id}", which does not exist.`);
    } else if ('deletion' in found) {
      findings.add('declaredMissing', `The stack declares "${id}", which is being deleted.`);
    } else if (settings !== undefined) checkDeclaration(findings, found, settings);
  }
  await checkSecrets(findings, stack, existing);
}

function reportAlarm(
  findings: Findings<DeploymentDiagnosis>,
  { name, description, since }: Alarm,
  now: number,
): void {
  const [, meaning = description, page] = /^(.*?) See (https:\S+)$/s.exec(description) ?? [];
  const begun = since === undefined ? 'is on' : `went on ${relativeTime(since, now)}`;
  const remedy = page === undefined ? undefined : `Follow ${page}.`;
  findings.add('alarm', `${name} ${begun}: ${meaning}`, remedy);
}

function checkMail(
  findings: Findings<DeploymentDiagnosis>,
  { sender, isVerified, isInSandbox, canSend }: MailFacts,
): void {
  if (!isVerified) findings.add('senderNotVerified', `Mails are sent from ${sender}.`);
  if (!canSend) findings.add('sesPaused', 'Sending is paused for the account in this region.');
  else if (isInSandbox) findings.add('sesSandbox', 'The account has no production access.');
}

async function checkSecrets(
  findings: Findings<DeploymentDiagnosis>,
  { deployment, secrets, hasSecret }: StackFacts,
  { connections, webhooks }: Existing,
): Promise<void> {
  if (deployment === undefined || secrets === undefined) return;
  const expected = new Set([
    ...connections.map(({ id }) => `${deployment.name}/${id}`),
    ...webhooks.map(({ id }) => `${deployment.name}/webhooks/${id}`),
  ]);
  for (const name of secrets) {
    // Deeper names belong to a deployment whose name begins with this one's.
    const isOurs = /^(?:webhooks\/)?[^/]+$/.test(name.slice(deployment.name.length + 1));
    if (isOurs && !expected.has(name) && (await hasSecret(name))) {
      findings.add('orphanedSecret', `${name} is not in use.`);
    }
  }
  for (const connection of connections) {
    if ('deletion' in connection || connection.secretName === undefined) continue;
    const { id, secretName } = connection;
    if (secrets.includes(secretName) || (await hasSecret(secretName))) continue;
    findings.add('secretMissing', `${id} should have the secret ${secretName}.`);
  }
}

/** Settings that a declaration leaves out, where their default is not a missing value. */
const DEFAULTS: JsonObject = { adoption: 'off' };

/** Settings that can be declared or have a default. */
const SETTINGS = [
  'displayName',
  'actsAs',
  'identityProvider',
  'userDeletion',
  'groups',
  'failureMail',
  'tokenExpiresInDays',
  'rotation',
  'rateLimit',
  'adoption',
  'verifiedDomains',
] as const;

function checkDeclaration(
  findings: Findings<DeploymentDiagnosis>,
  connection: Connection,
  declared: JsonObject,
): void {
  for (const name of SETTINGS) {
    const wanted = completed(declared[name] ?? DEFAULTS[name]);
    const found = jsonOf(connection[name]);
    if (equalJson(found, wanted)) continue;
    const seen = `${connection.id}: ${name} is ${shown(found)}, and declared as ${shown(wanted)}.`;
    findings.add('drift', seen);
  }
}

/** Returns a setting as the service completes it: a rate limit has a burst. */
function completed(setting: Json | undefined): Json | undefined {
  if (!isObject(setting)) return setting;
  const { requestsPerSecond, burst } = setting;
  if (typeof requestsPerSecond !== 'number' || burst !== undefined) return setting;
  return { ...withBurst({ requestsPerSecond }) };
}

function jsonOf(value: Connection[(typeof SETTINGS)[number]]): Json | undefined {
  return value === undefined ? undefined : parseJson(JSON.stringify(value));
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}
