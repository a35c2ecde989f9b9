import { relativeTime } from '../../output/time';
import type { Findings } from '../finding';
import { DAY_MS, type ConnectionFacts } from './connection-facts';
import type { DeploymentDiagnosis } from './diagnoses';

/** A secret that ends within this time without a replacement is a finding. */
const NEAR_MS = 14 * DAY_MS;

/** A main token that was used this long before OAuth was used last is not left over. */
const WEEK_MS = 7 * DAY_MS;

/** Checks the secrets of a connection's OAuth clients. @param now milliseconds since 1970 */
export function checkSecrets(
  findings: Findings<DeploymentDiagnosis>,
  { connection, clients }: ConnectionFacts,
  now: number,
): void {
  for (const { id, secrets } of clients) {
    const last = [...secrets].sort((a, b) => (a.expiresAt < b.expiresAt ? 1 : -1))[0];
    if (last?.state !== 'active' || Date.parse(last.expiresAt) - now >= NEAR_MS) continue;
    const end = relativeTime(last.expiresAt, now);
    findings.add('secretEnds', `${connection.id}: the last secret of client ${id} ends ${end}.`);
  }
}

/** Returns whether a connection has a client with a secret, or a trust, that may do everything. */
export function hasMainOAuth({ clients, trust }: ConnectionFacts): boolean {
  const isMain = clients.some(
    ({ scopes, secrets }) =>
      scopes === undefined && secrets.some(({ state }) => state === 'active'),
  );
  return isMain || (trust !== undefined && trust.scopes === undefined);
}

/**
 * Returns whether the identity provider has gone over to OAuth: no main token was used for a week
 * before the latest use of a client or a trust that may do everything.
 */
export function hasGoneOver({ tokens, clients, trust }: ConnectionFacts): boolean {
  const uses = [
    ...clients.flatMap(({ scopes, secrets }) => (scopes === undefined ? secrets : [])),
    ...(trust === undefined || trust.scopes !== undefined ? [] : [trust]),
  ];
  const latest = Math.max(0, ...uses.map(({ lastUsedAt }) => Date.parse(lastUsedAt ?? '') || 0));
  return (
    latest > 0 &&
    !tokens.some(
      ({ scopes, lastUsedAt }) =>
        scopes === undefined && Date.parse(lastUsedAt ?? '') > latest - WEEK_MS,
    )
  );
}
