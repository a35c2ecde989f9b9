import type { Token } from '../../../client';
import { relativeTime } from '../../output/time';
import type { Findings } from '../finding';
import type { ConnectionFacts } from './connection-facts';
import type { DeploymentDiagnosis } from './diagnoses';

const DAY_MS = 86_400_000;

/** A token that ends within this time without a replacement is a finding. */
const NEAR_MS = 14 * DAY_MS;

/** Short-lived tokens are near their end in this share of their lifetime. */
const NEAR_SHARE = 0.25;

/** A token that was not used for this long is not needed. */
const UNUSED_MS = 30 * DAY_MS;

/** A year and a day: tokens of the default lifetime end before. */
const OLD_MS = 366 * DAY_MS;

/** Checks the tokens of a connection. @param now milliseconds since 1970 */
export function checkTokens(
  findings: Findings<DeploymentDiagnosis>,
  { connection, tokens, usage }: ConnectionFacts,
  now: number,
): void {
  const { id, unusedToken } = connection;
  const valid = tokens.filter(({ state }) => state === 'active' || state === 'ending');
  if (valid.length === 0) {
    const [last] = tokens.map(endOf).sort().reverse();
    const ended = last === undefined ? 'has no token' : `had one until ${relativeTime(last, now)}`;
    findings.add('noToken', `${id} ${ended}.`);
    return;
  }
  if (unusedToken !== undefined) {
    const { usedInstead, endsAt, createdAt } = unusedToken;
    findings.add(
      'oldTokenInUse',
      `${id} uses ${usedInstead}, which ends ${relativeTime(endsAt, now)}. The new token ` +
        `${unusedToken.id} was issued ${relativeTime(createdAt, now)}.`,
    );
  }
  // An earlier token is meant to end.
  for (const token of valid.filter(({ state }) => state === 'active')) {
    checkToken(findings, id, token, now);
    const lastUse = token.lastUsedAt ?? token.createdAt;
    const isUnused = now - Date.parse(lastUse) > UNUSED_MS && token.id !== unusedToken?.id;
    const { lastRequestAt } = usage;
    // If no token is used, the connection is the finding.
    const isOtherUsed = lastRequestAt !== undefined && now - Date.parse(lastRequestAt) <= UNUSED_MS;
    if (isUnused && isOtherUsed) {
      const since = token.lastUsedAt === null ? 'never used since' : 'last used';
      findings.add('tokenUnused', `${id}: ${token.id} was ${since} ${relativeTime(lastUse, now)}.`);
    }
  }
}

function checkToken(
  findings: Findings<DeploymentDiagnosis>,
  connection: string,
  { id, createdAt, expiresAt, lastUsedAt }: Token,
  now: number,
): void {
  const [start, end] = [Date.parse(createdAt), Date.parse(expiresAt)];
  if (end - now < Math.min(NEAR_MS, (end - start) * NEAR_SHARE)) {
    findings.add('tokenEnds', `${connection}: ${id} ends ${relativeTime(expiresAt, now)}.`);
  }
  if (now - start > OLD_MS && lastUsedAt !== null) {
    findings.add('tokenOld', `${connection}: ${id} was issued ${relativeTime(createdAt, now)}.`);
  }
}

function endOf({ endedAt, expiresAt }: Token): string {
  return endedAt ?? expiresAt;
}
