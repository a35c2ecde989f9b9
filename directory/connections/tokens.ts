import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** The scopes that a token can have. Write access includes read access. */
export const TOKEN_SCOPES = [
  'users:read',
  'users:read-write',
  'groups:read',
  'groups:read-write',
  'resources:read',
  'resources:read-write',
] as const;

/** A right of a token with scopes. */
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** The resources that a scope gives access to; `resources` are those of custom types. */
export type ScopedResources = 'users' | 'groups' | 'resources';

/** A token as stored in the connection's item. */
export interface StoredToken {
  readonly id: string;
  /** SHA-256 of the whole token, base64url. */
  readonly digest: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** RFC 3339; the token is refused from then on. */
  readonly expiresAt: string;
  /**
   * Undefined for a main token, which may do everything: the one in the connection's secret and,
   * during an overlap, the tokens before it. A token with scopes is an additional one that no
   * rotation ends.
   */
  readonly scopes?: readonly TokenScope[];
  /** Version of the connection's secret that holds the token. */
  readonly secretVersion?: string;
  /** Whether the token is valid but not yet the current value of the connection's secret. */
  readonly pending?: true;
  /** Whether a rotation has replaced the token, so that no reminder of its end is sent. */
  readonly replaced?: true;
  /** RFC 3339; recorded at most once an hour. */
  readonly lastUsedAt?: string;
}

/** A new token with its value, which the table does not store. */
export interface IssuedToken extends StoredToken {
  readonly value: string;
}

/** The parts of a bearer token that are needed to find its stored digest, and its own digest. */
export interface PresentedToken {
  readonly connection: string;
  readonly tokenId: string;
  readonly digest: string;
}

/** Default lifetime of a token, in days. */
export const DEFAULT_TOKEN_DAYS = 365;

/**
 * The most main tokens of a connection, and the most tokens with scopes. Every request reads all of
 * them.
 */
export const MAXIMUM_TOKENS = 10;

// The secret comes last, because base64url contains underscores.
const TOKEN = /^scim_([a-z0-9-]{1,64})_([a-z0-9]{10})_[A-Za-z0-9_-]{43}$/;

/**
 * Creates a token: `scim_<connection>_<token id>_<secret>`. Secret scanners recognize the prefix.
 * The secret has 256 random bits, so its digest can be stored without salt or key stretching.
 */
export function issueToken(
  connection: string,
  expiresInDays = DEFAULT_TOKEN_DAYS,
  now = new Date(),
): IssuedToken {
  const id = randomBytes(5).toString('hex');
  const value = `scim_${connection}_${id}_${randomBytes(32).toString('base64url')}`;
  return { value, ...tokenOf(value, expiresInDays, now) };
}

/** Returns the stored form of a value created by `issueToken`. @throws Error for any other value */
export function tokenOf(value: string, expiresInDays: number, now = new Date()): StoredToken {
  const presented = readToken(value);
  if (presented === undefined) throw new Error('The value is not a token of this service.');
  return {
    id: presented.tokenId,
    digest: presented.digest,
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + expiresInDays * 86_400_000).toISOString(),
  };
}

/** Returns how many characters the tokens of a connection have. */
export function tokenLength(connection: string): number {
  return `scim_${connection}_`.length + 10 + 1 + 43;
}

/** Reads a bearer token. @returns undefined if it does not have the format of a token */
export function readToken(value: string): PresentedToken | undefined {
  const [, connection, tokenId] = TOKEN.exec(value) ?? [];
  if (connection === undefined || tokenId === undefined) return undefined;
  return { connection, tokenId, digest: digestOf(value) };
}

/**
 * Returns the stored token that matches a presented one and has not expired. Digests are compared
 * in constant time.
 */
export function findValidToken(
  presented: PresentedToken,
  stored: readonly StoredToken[],
  now = new Date(),
): StoredToken | undefined {
  const candidate = stored.find(({ id }) => id === presented.tokenId);
  // Compare even if there is no such token, so that the time does not reveal whether it exists.
  const expected = Buffer.from(candidate?.digest ?? digestOf(''), 'base64url');
  const equal = timingSafeEqual(expected, Buffer.from(presented.digest, 'base64url'));
  return equal && candidate !== undefined && isLive(candidate, now) ? candidate : undefined;
}

/** Returns whether a token has not expired. */
export function isLive({ expiresAt }: Pick<StoredToken, 'expiresAt'>, now = new Date()): boolean {
  return Date.parse(expiresAt) > now.getTime();
}

/**
 * Completes a rotation: makes the new main token current and ends the ones before it.
 * @param tokens in the order in which they became valid
 * @param id of the new token
 * @param overlapSeconds how long the earlier tokens stay valid; 0 removes them
 */
export function withEarlierEnded(
  tokens: readonly StoredToken[],
  id: string,
  overlapSeconds: number,
  now = new Date(),
): readonly StoredToken[] {
  const newIndex = tokens.findIndex((token) => token.id === id);
  const end = new Date(now.getTime() + overlapSeconds * 1000).toISOString();
  return tokens.flatMap((token, index) => {
    if (index === newIndex) return [withoutPending(token)];
    if (index > newIndex || token.scopes !== undefined) return [token];
    if (overlapSeconds === 0) return [];
    return [
      {
        ...token,
        expiresAt: token.expiresAt < end ? token.expiresAt : end,
        replaced: true as const,
      },
    ];
  });
}

function withoutPending({ pending: _, ...token }: StoredToken): StoredToken {
  return token;
}

/** Returns the digest of a credential as it is stored: SHA-256, base64url. */
export function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('base64url');
}
