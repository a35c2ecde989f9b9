import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Credential } from '../credential';
import { digestOf, isLive, TOKEN_SCOPES, type TokenScope } from '../tokens';
import type { OAuthSettings } from './oauth-settings';

/*
 * Access tokens are sealed, not stored: `scimaccess.<connection>.<claims>.<seal>`. The seal is an
 * HMAC under a key of the connection's item, which a request reads anyway. A token names the secret
 * or the trust that it was issued for, and is refused once that is gone.
 */

/** The claims of an access token. */
interface Claims {
  /** Id of the client's secret, or of the trust. */
  readonly credential: string;
  /** Seconds since the epoch. */
  readonly expires: number;
  /** Undefined for the right to do everything. */
  readonly scopes?: readonly TokenScope[] | undefined;
}

/** An access token as it was presented, with its seal unchecked. */
export interface PresentedAccessToken {
  readonly connection: string;
  /** SHA-256 of the whole token, base64url. */
  readonly digest: string;
  readonly claims: string;
  readonly seal: string;
}

/** Result of opening an access token. */
export type OpenedAccessToken =
  | { readonly credential: Credential }
  /** Sealed by this connection, but it has expired: how many seconds ago. */
  | { readonly problem: 'expired'; readonly seconds: number }
  /** Sealed by this connection for a client, a secret or a trust that is gone: its id. */
  | { readonly problem: 'revoked'; readonly id: string }
  /** Not sealed by this connection, or under a key that was dropped with its last client. */
  | { readonly problem: 'unknown' };

const FORMAT = /^scimaccess\.([a-z0-9-]{1,64})\.([A-Za-z0-9_-]{1,400})\.([A-Za-z0-9_-]{43})$/;

/** Seals an access token. @param expires seconds since the epoch */
export function sealAccessToken(
  { key }: Pick<OAuthSettings, 'key'>,
  connection: string,
  claims: Claims,
): string {
  const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `scimaccess.${connection}.${text}.${sealOf(key, connection, text)}`;
}

/** Reads an access token. @returns undefined if it does not have the format of one */
export function readAccessToken(value: string): PresentedAccessToken | undefined {
  const [, connection, claims, seal] = FORMAT.exec(value) ?? [];
  if (connection === undefined || claims === undefined || seal === undefined) return undefined;
  return { connection, digest: digestOf(value), claims, seal };
}

/** Checks an access token's seal, its end, and that what it was issued for still exists. */
export function openAccessToken(
  { connection, claims, seal }: PresentedAccessToken,
  settings: OAuthSettings | undefined,
  now = new Date(),
): OpenedAccessToken {
  if (settings === undefined) return { problem: 'unknown' };
  const expected = Buffer.from(sealOf(settings.key, connection, claims), 'base64url');
  if (!timingSafeEqual(expected, Buffer.from(seal, 'base64url'))) return { problem: 'unknown' };
  const { credential: id, expires, scopes } = claimsIn(claims);
  const found = issuedFor(settings).find((each) => each.id === id);
  if (found === undefined) return { problem: 'revoked', id };
  const seconds = Math.floor(now.getTime() / 1000) - expires;
  if (seconds >= 0 || !found.isLive(now)) return { problem: 'expired', seconds };
  const { lastUsedAt } = found;
  return {
    credential: {
      id,
      ...(scopes === undefined ? {} : { scopes }),
      ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
    },
  };
}

interface NamedCredential {
  readonly id: string;
  readonly lastUsedAt?: string | undefined;
  readonly isLive: (now: Date) => boolean;
}

/** Returns what an access token may have been issued for. */
function issuedFor({ clients, trust }: OAuthSettings): readonly NamedCredential[] {
  const secrets = clients.flatMap((client) => client.secrets);
  return [
    ...secrets.map((secret) => ({ ...secret, isLive: (now: Date) => isLive(secret, now) })),
    ...(trust === undefined ? [] : [{ ...trust, isLive: () => true }]),
  ];
}

/** Reads claims whose seal was checked, so that this service wrote them. */
function claimsIn(text: string): Claims {
  const claims = JSON.parse(Buffer.from(text, 'base64url').toString()) as Claims;
  const { credential, expires, scopes } = claims;
  // A scope that a later release knows is none here.
  return { credential, expires, scopes: scopes && TOKEN_SCOPES.filter((s) => scopes.includes(s)) };
}

function sealOf(key: string, connection: string, claims: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64url'))
    .update(`${connection}.${claims}`)
    .digest('base64url');
}
