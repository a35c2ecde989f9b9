import type { Token } from '../../../client';
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
  facts: ConnectionFacts,
  now: number,
): void {
  const latest = latestUse([...facts.tokens.filter(isMain), ...mainOAuth(facts)]);
  for (const { id, secrets } of facts.clients) {
    const last = [...secrets].sort((a, b) => (a.expiresAt < b.expiresAt ? 1 : -1))[0];
    if (last === undefined) continue;
    const end = Date.parse(last.expiresAt);
    // One that has ended matters until another credential is used in its place.
    const isMissed = latestUse([last]) >= end - WEEK_MS && latest <= end;
    if (end - now >= NEAR_MS || (last.state === 'expired' && !isMissed)) continue;
    const verb = last.state === 'expired' ? 'ended' : 'ends';
    const time = relativeTime(last.expiresAt, now);
    const seen = `${facts.connection.id}: the last secret of client ${id} ${verb} ${time}.`;
    findings.add('secretEnds', seen);
  }
}

/**
 * Returns whether a connection has a client with a secret, or a trust, that may do everything. One
 * that was never used counts if there has never been a main token: the identity provider may not
 * have it yet.
 */
export function hasMainOAuth(facts: ConnectionFacts): boolean {
  const hadToken = facts.tokens.some(isMain);
  return mainOAuth(facts).some(({ lastUsedAt, state = 'active' }) => {
    return state === 'active' && (lastUsedAt !== null || !hadToken);
  });
}

/**
 * Returns whether the identity provider has gone over to OAuth: no main token was used for a week
 * before the latest use of a client or a trust that may do everything.
 */
export function hasGoneOver(facts: ConnectionFacts): boolean {
  const latest = latestUse(mainOAuth(facts));
  return latest > 0 && latestUse(facts.tokens.filter(isMain)) <= latest - WEEK_MS;
}

interface Credential {
  readonly lastUsedAt: string | null;
  /** Missing for a trust, which does not end by itself. */
  readonly state?: 'active' | 'expired';
}

/** Returns the secrets and the trust that may do everything. */
function mainOAuth({ clients, trust }: ConnectionFacts): readonly Credential[] {
  return [
    ...clients.flatMap(({ scopes, secrets }) => (scopes === undefined ? secrets : [])),
    ...(trust === undefined || trust.scopes !== undefined ? [] : [trust]),
  ];
}

function isMain({ scopes }: Token): boolean {
  return scopes === undefined;
}

/** Returns the time of the latest use in milliseconds since 1970; 0 if there is none. */
function latestUse(credentials: readonly { readonly lastUsedAt: string | null }[]): number {
  const uses = credentials.flatMap(({ lastUsedAt }) => lastUsedAt ?? []);
  return Math.max(0, ...uses.map((use) => Date.parse(use)));
}
