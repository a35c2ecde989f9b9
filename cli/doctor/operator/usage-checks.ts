import type { FailureLogEntry } from '../../../client';
import { plain } from '../../output/output';
import { relativeTime } from '../../output/time';
import type { Findings } from '../finding';
import type { ConnectionFacts } from './connection-facts';
import type { DeploymentDiagnosis } from './diagnoses';

const DAY_MS = 86_400_000;

/** A connection that was not used for this long since its creation was not set up. */
const SETUP_MS = 7 * DAY_MS;

/**
 * The share of failures from which Entra ID considers a quarantine, and the failures on a day from
 * which a share means something. Entra ID counts from 5,000 on.
 */
const QUARANTINE_SHARE = 0.4;
const LEAST_FAILURES = 20;

/** Checks how a connection is used. @param now milliseconds since 1970 */
export function checkUsage(
  findings: Findings<DeploymentDiagnosis>,
  { connection: { id, createdAt }, usage, failures, mails }: ConnectionFacts,
  now: number,
): void {
  const { lastRequestAt, silentSince, rareSince, days } = usage;
  if (lastRequestAt === undefined && now - Date.parse(createdAt) > SETUP_MS) {
    findings.add('neverUsed', `${id} was created ${relativeTime(createdAt, now)}.`);
  }
  if (silentSince !== undefined) {
    const last = relativeTime(silentSince, now);
    findings.add('silent', `${id} sent its last request ${last}, and never paused as long before.`);
  }
  if (rareSince !== undefined) {
    const last = relativeTime(rareSince, now);
    findings.add('rare', `${id} sent requests regularly until ${last}, and few since then.`);
  }
  // In the first hours of a day, the day before tells more.
  for (const { day, requests, failures: failed } of days.slice(-2)) {
    if (failed < LEAST_FAILURES || failed <= QUARANTINE_SHARE * requests) continue;
    const counts = `${failed} of ${requests} requests failed on ${day}`;
    findings.add('errorRatio', `${id}: ${counts} (${Math.round((100 * failed) / requests)}%).`);
  }
  for (const group of byCause(failures)) reportFailures(findings, id, group, now);
  const [mail] = mails;
  if (mail !== undefined) {
    const times = mails.length === 1 ? 'a mail' : `${mails.length} mails`;
    const last = `the last time ${relativeTime(mail.at, now)} (${plain(mail.error)})`;
    findings.add('mailRefused', `${id}: ${times} of the last week, ${last}.`, mail.remedy);
  }
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

/** Failures whose status tells what is wrong; others have the remedy of their cause. */
const BY_STATUS: Readonly<Record<number, DeploymentDiagnosis>> = {
  401: 'endedTokenInUse',
  429: 'rateLimited',
  503: 'throttled',
};

function reportFailures(
  findings: Findings<DeploymentDiagnosis>,
  connection: string,
  group: Failures,
  now: number,
): void {
  const [{ status, title, at, name, resourceId, remedy }] = group;
  const count = group.reduce((sum, failure) => sum + failure.count, 0);
  const requests = count === 1 ? '1 request' : `${count} requests`;
  const subject = name ?? resourceId;
  const about = subject === undefined ? '' : `, about ${plain(subject)}`;
  findings.add(
    BY_STATUS[status] ?? 'requestsFail',
    `${connection}: ${requests} of the last day got ${status}, the last one ` +
      `${relativeTime(at, now)}${about}. ${title}.`,
    remedy,
  );
}
