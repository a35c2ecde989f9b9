import type { Connection, Token } from '../../../client';
import { relativeTime } from '../../output/time';
import type { Findings } from '../finding';
import { DAY_MS, type ConnectionFacts } from './connection-facts';
import type { DeploymentDiagnosis } from './diagnoses';
import { hasGoneOver, hasMainOAuth } from './oauth-checks';

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
  facts: ConnectionFacts,
  now: number,
): void {
  const { connection, tokens } = facts;
  const { id, unusedToken } = connection;
  if (!hasMainCredential(facts)) {
    const [last] = tokens.filter(isMain).map(endOf).sort().reverse();
    const seen = last === undefined ? 'has none' : `had one until ${relativeTime(last, now)}`;
    findings.add('noToken', `${id} ${seen}.`);
  }
  if (unusedToken !== undefined) {
    const { usedInstead, endsAt, createdAt } = unusedToken;
    findings.add(
      'oldTokenInUse',
      `${id} uses ${usedInstead}, which ends ${relativeTime(endsAt, now)}. The new token ` +
        `${unusedToken.id} was issued ${relativeTime(createdAt, now)}.`,
    );
  }
  const isLeftOver = hasGoneOver(facts);
  // An earlier token is meant to end, and so is one that is left over.
  for (const token of tokens.filter(({ state }) => state === 'active')) {
    if (isLeftOver && isMain(token)) continue;
    checkEnd(findings, connection, token, now);
    checkAge(findings, connection, token, now);
    if (!isMain(token)) checkUse(findings, facts, token, now);
  }
}

/** Returns whether a connection has a valid token, client or trust that may do everything. */
export function hasMainCredential(facts: ConnectionFacts): boolean {
  return hasMainOAuth(facts) || facts.tokens.some(isValidMain);
}

function isValidMain(token: Token): boolean {
  return isMain(token) && (token.state === 'active' || token.state === 'ending');
}

/** Returns whether a token allows everything, and has been in force. */
function isMain({ scopes, state }: Token): boolean {
  return scopes === undefined && state !== 'pending';
}

function checkEnd(
  findings: Findings<DeploymentDiagnosis>,
  { id: connection, rotation }: Connection,
  token: Token,
  now: number,
): void {
  const { id, createdAt, expiresAt } = token;
  const [start, end] = [Date.parse(createdAt), Date.parse(expiresAt)];
  // Secrets Manager replaces the token before its end, unless it is late.
  const rotationDays = isMain(token) ? rotation?.everyDays : undefined;
  if (rotationDays !== undefined && now < start + (rotationDays + 1) * DAY_MS) return;
  if (end - now >= Math.min(NEAR_MS, (end - start) * NEAR_SHARE)) return;
  const remedy = isMain(token)
    ? undefined
    : 'Issue another one (cdk-scim tokens issue), have it pasted, then revoke this one.';
  findings.add('tokenEnds', `${connection}: ${id} ends ${relativeTime(expiresAt, now)}.`, remedy);
}

function checkAge(
  findings: Findings<DeploymentDiagnosis>,
  { id: connection, rotation }: Connection,
  token: Token,
  now: number,
): void {
  const { id, createdAt, lastUsedAt } = token;
  const isRotated = isMain(token) && rotation !== undefined;
  if (isRotated || lastUsedAt === null || now - Date.parse(createdAt) <= OLD_MS) return;
  findings.add('tokenOld', `${connection}: ${id} was issued ${relativeTime(createdAt, now)}.`);
}

/** Checks whether a token with scopes is needed. The main token is needed in any case. */
function checkUse(
  findings: Findings<DeploymentDiagnosis>,
  { connection, usage: { lastRequestAt } }: ConnectionFacts,
  { id, createdAt, lastUsedAt }: Token,
  now: number,
): void {
  const isUnused = now - Date.parse(lastUsedAt ?? createdAt) > UNUSED_MS;
  // If nothing is used, the connection is the finding.
  const isOtherUsed = lastRequestAt !== undefined && now - Date.parse(lastRequestAt) <= UNUSED_MS;
  if (!isUnused || !isOtherUsed) return;
  const use =
    lastUsedAt === null
      ? `was issued ${relativeTime(createdAt, now)} and never used`
      : `was last used ${relativeTime(lastUsedAt, now)}`;
  findings.add('tokenUnused', `${connection.id}: ${id} ${use}.`);
}

function endOf({ endedAt, expiresAt }: Token): string {
  return endedAt ?? expiresAt;
}
