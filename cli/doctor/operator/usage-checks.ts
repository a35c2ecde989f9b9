import type { FailureLogEntry } from '../../../client';
import { plain } from '../../output/output';
import { relativeTime } from '../../output/time';
import type { Findings } from '../finding';
import { DAY_MS, MOST_ENTRIES, type ConnectionFacts } from './connection-facts';
import type { DeploymentDiagnosis } from './diagnoses';
import { hasMainCredential } from './token-checks';

/** A connection that was not used for this long since its creation was not set up. */
const SETUP_MS = 7 * DAY_MS;

/**
 * The share of failures from which Entra ID considers a quarantine, and the failures with which it
 * does not look at the share. It begins at 5,000 failures; a finding comes earlier.
 */
const QUARANTINE_SHARE = 0.4;
const MOST_FAILURES = 40_000;
const LEAST_FAILURES = 20;

/** Checks how a connection is used. @param now milliseconds since 1970 */
export function checkUsage(
  findings: Findings<DeploymentDiagnosis>,
  facts: ConnectionFacts,
  now: number,
): void {
  const { connection, usage, mails } = facts;
  const { id, createdAt } = connection;
  const { lastRequestAt, quarantinedSince } = usage;
  if (lastRequestAt === undefined && now - Date.parse(createdAt) > SETUP_MS) {
    findings.add('neverUsed', `${id} was created ${relativeTime(createdAt, now)}.`);
  }
  if (quarantinedSince !== undefined) {
    const last = relativeTime(quarantinedSince, now);
    findings.add('quarantined', `${id} sent requests regularly until ${last}, and few since then.`);
  } else checkSilence(findings, facts, now);
  checkRatio(findings, facts);
  for (const group of byCause(currentFailures(facts))) {
    reportFailures(findings, id, group, { now, isAll: facts.failures.length < MOST_ENTRIES });
  }
  const [mail] = mails;
  if (mail === undefined) return;
  const attempts = mails.length === 1 ? 'an attempt' : `${mails.length} attempts`;
  const last = `the last one ${relativeTime(mail.at, now)} (${plain(mail.error)})`;
  findings.add('mailRefused', `${id}: SES refused ${attempts} to send a mail, ${last}.`);
}

/** Without a valid token, silence is no wonder. */
function checkSilence(
  findings: Findings<DeploymentDiagnosis>,
  facts: ConnectionFacts,
  now: number,
): void {
  const { connection, usage } = facts;
  if (usage.silentSince === undefined || !hasMainCredential(facts)) return;
  const last = relativeTime(usage.silentSince, now);
  const seen = `${connection.id} sent its last request ${last}, and never paused as long before.`;
  findings.add('silent', seen);
}

function checkRatio(
  findings: Findings<DeploymentDiagnosis>,
  { connection: { id }, usage: { days } }: ConnectionFacts,
): void {
  // In the first hours of a day, the day before tells more.
  for (const { day, requests, failures: failed } of days.slice(-2)) {
    const isMuch = failed >= LEAST_FAILURES && failed > QUARANTINE_SHARE * requests;
    if (!isMuch && failed <= MOST_FAILURES) continue;
    const counts = `${failed} of ${requests} requests failed on ${day}`;
    findings.add('errorRatio', `${id}: ${counts} (${Math.round((100 * failed) / requests)}%).`);
  }
}

/** Returns the failures, without refused credentials from before a valid one was used. */
function currentFailures({
  tokens,
  clients,
  trust,
  failures,
}: ConnectionFacts): readonly FailureLogEntry[] {
  const credentials = [...tokens, ...clients.flatMap(({ secrets }) => secrets)];
  const valid = credentials.filter(({ state }) => state === 'active');
  const [lastUse = ''] = [...valid, ...(trust === undefined ? [] : [trust])]
    .flatMap(({ lastUsedAt }) => lastUsedAt ?? [])
    .sort()
    .reverse();
  const isRefusal = ({ status, cause }: FailureLogEntry): boolean =>
    status === 401 || cause === 'clientRefused';
  return failures.filter((failure) => !isRefusal(failure) || failure.at > lastUse);
}

/** Failures of one cause, newest first. */
type Failures = readonly [FailureLogEntry, ...FailureLogEntry[]];

function byCause(failures: readonly FailureLogEntry[]): Iterable<Failures> {
  const groups = new Map<string, Failures>();
  for (const failure of failures) {
    const key = `${failure.cause} ${failure.attribute ?? ''}`;
    const group = groups.get(key);
    groups.set(key, group === undefined ? [failure] : [...group, failure]);
  }
  return groups.values();
}

/** Findings about failures with a status that tells what is wrong. */
const DIAGNOSIS_OF: Readonly<Record<number, DeploymentDiagnosis>> = {
  401: 'endedTokenInUse',
  429: 'rateLimited',
  503: 'throttled',
};

function reportFailures(
  findings: Findings<DeploymentDiagnosis>,
  connection: string,
  group: Failures,
  { now, isAll }: { readonly now: number; readonly isAll: boolean },
): void {
  const [{ status, cause, title, at, name, resourceId, remedy }] = group;
  const sum = group.reduce((total, failure) => total + failure.count, 0);
  const count = `${isAll ? '' : 'at least '}${sum} ${sum === 1 ? 'request' : 'requests'}`;
  const subject = name ?? resourceId;
  const about = subject === undefined ? '' : `, about ${plain(subject)}`;
  const seen =
    `${connection}: ${count} of the last day got ${status}, the last one ` +
    `${relativeTime(at, now)}${about}. ${title}.`;
  // The status of a refused client says less than the remedy of its cause.
  const diagnosis = cause === 'clientRefused' ? undefined : DIAGNOSIS_OF[status];
  if (diagnosis === undefined) findings.add('requestsFail', seen, remedy);
  else findings.add(diagnosis, seen);
}
