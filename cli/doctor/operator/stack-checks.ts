import type { Connection, ConnectionDeletion, Webhook } from '../../../client';
import { equalJson, isObject, parseJson, type Json, type JsonObject } from '../../../scim/json';
import { relativeTime } from '../../output/time';
import type { Findings } from '../finding';
import type { DeploymentDiagnosis } from './diagnoses';
import type { MailFacts, StackFacts } from './stack-facts';

/** What exists in the service, to be compared with what AWS knows. */
export interface Existing {
  readonly connections: readonly (Connection | ConnectionDeletion)[];
  readonly webhooks: readonly Webhook[];
}

/** Lists of secrets may lack the changes of the last five minutes. */
const SETTLED_MS = 10 * 60_000;

/** Compares a deployment with its stack. @param now milliseconds since 1970 */
export function checkStack(
  findings: Findings<DeploymentDiagnosis>,
  stack: StackFacts,
  existing: Existing,
  now: number,
): void {
  for (const { name, description, since } of stack.alarms ?? []) {
    const [, meaning = description, page] = /^(.*?) See (https:\S+)$/s.exec(description) ?? [];
    const begun = relativeTime(new Date(since).toISOString(), now);
    const remedy = page === undefined ? undefined : `Follow ${page}.`;
    findings.add('alarm', `${name} is on since ${begun}: ${meaning}`, remedy);
  }
  if (stack.mail !== undefined) checkMail(findings, stack.mail);
  checkSecrets(findings, stack, existing, now);
  for (const { id, settings } of stack.declared) {
    const found = existing.connections.find((each) => each.id === id);
    if (found === undefined || 'deletion' in found) {
      findings.add('declaredMissing', `The stack declares "${id}".`);
    } else if (settings !== undefined) checkDeclaration(findings, found, settings);
  }
}

function checkMail(
  findings: Findings<DeploymentDiagnosis>,
  { sender, isVerified, isInSandbox, canSend }: MailFacts,
): void {
  if (!isVerified) findings.add('senderNotVerified', `Mails are sent from ${sender}.`);
  if (!canSend) findings.add('sesPaused', 'Sending is paused for the account in this region.');
  else if (isInSandbox) findings.add('sesSandbox', 'The account has no production access.');
}

function checkSecrets(
  findings: Findings<DeploymentDiagnosis>,
  { deployment, secrets }: StackFacts,
  { connections, webhooks }: Existing,
  now: number,
): void {
  if (deployment === undefined || secrets === undefined) return;
  const isSettled = (created: number): boolean => now - created > SETTLED_MS;
  const expected = new Set([
    ...connections.map(({ id }) => `${deployment}/${id}`),
    ...webhooks.map(({ id }) => `${deployment}/webhooks/${id}`),
  ]);
  for (const { name, createdAt } of secrets) {
    // Deeper names belong to a deployment whose name begins with this one's.
    const isOurs = /^(?:webhooks\/)?[^/]+$/.test(name.slice(deployment.length + 1));
    if (isOurs && !expected.has(name) && isSettled(createdAt)) {
      findings.add('orphanedSecret', `${name} is not in use.`);
    }
  }
  const names = new Set(secrets.map(({ name }) => name));
  for (const connection of connections) {
    if ('deletion' in connection || connection.secretName === undefined) continue;
    const { id, secretName, createdAt } = connection;
    if (names.has(secretName) || !isSettled(Date.parse(createdAt))) continue;
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
    const wanted = declared[name] ?? DEFAULTS[name];
    const found = jsonOf(connection[name]);
    if (wanted === undefined ? found === undefined : contains(found, wanted)) continue;
    const seen = `${connection.id}: ${name} is ${shown(found)}, and declared as ${shown(wanted)}.`;
    findings.add('drift', seen);
  }
}

/** Returns whether a value is as wanted; what the service adds to objects does not matter. */
function contains(found: Json | undefined, wanted: Json | undefined): boolean {
  if (!isObject(wanted) || !isObject(found)) return equalJson(found, wanted);
  return Object.entries(wanted).every(([name, value]) => contains(found[name], value));
}

function jsonOf(value: Connection[(typeof SETTINGS)[number]]): Json | undefined {
  return value === undefined ? undefined : parseJson(JSON.stringify(value));
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}
