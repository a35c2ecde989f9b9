import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What the connection's item keeps of a token. */
export interface StoredToken {
  readonly id: string;
  /** SHA-256 of the whole token, base64url. */
  readonly digest: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** RFC 3339; the token is refused from then on. */
  readonly expiresAt: string;
}

/** A token with its value, at the only moment it is known. */
export interface IssuedToken extends StoredToken {
  readonly value: string;
}

/** The parts of a presented token that say where its digest is kept. */
export interface PresentedToken {
  readonly connection: string;
  readonly tokenId: string;
  readonly digest: string;
}

export const DEFAULT_TOKEN_DAYS = 365;

// The secret comes last: base64url has underscores of its own.
const TOKEN = /^scim_([a-z0-9-]{1,64})_([a-z0-9]{10})_[A-Za-z0-9_-]{43}$/;

/**
 * Makes a token: `scim_<connection>_<token id>_<secret>`. The prefix lets secret scanners recognise it, the secret has 256 random
 * bits, so that a plain digest is enough to keep.
 */
export function issueToken(connection: string, expiresInDays = DEFAULT_TOKEN_DAYS, now = new Date()): IssuedToken {
  const id = randomBytes(5).toString('hex');
  const value = `scim_${connection}_${id}_${randomBytes(32).toString('base64url')}`;
  return {
    id,
    value,
    digest: digestOf(value),
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + expiresInDays * 86_400_000).toISOString(),
  };
}

/** Reads a bearer token. @returns undefined when it has not the form of a token of this service */
export function readToken(value: string): PresentedToken | undefined {
  const [, connection, tokenId] = TOKEN.exec(value) ?? [];
  if (connection === undefined || tokenId === undefined) return undefined;
  return { connection, tokenId, digest: digestOf(value) };
}

/** Whether a presented token is one of those stored and has not expired; compares in constant time. */
export function isValidToken(presented: PresentedToken, stored: readonly StoredToken[], now = new Date()): boolean {
  const candidate = stored.find(({ id }) => id === presented.tokenId);
  // Compared also when there is no such token, so that the time tells nothing.
  const expected = Buffer.from(candidate?.digest ?? digestOf(''), 'base64url');
  const equal = timingSafeEqual(expected, Buffer.from(presented.digest, 'base64url'));
  return equal && candidate !== undefined && Date.parse(candidate.expiresAt) > now.getTime();
}

function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('base64url');
}
