import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a token with scopes may do; to write includes to read. */
export const TOKEN_SCOPES = [
  'users:read',
  'users:read-write',
  'groups:read',
  'groups:read-write',
] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** What the connection's item keeps of a token. */
export interface StoredToken {
  readonly id: string;
  /** SHA-256 of the whole token, base64url. */
  readonly digest: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** RFC 3339; the token is refused from then on. */
  readonly expiresAt: string;
  /**
   * What it may do. Undefined for a main token, which may do everything: the one of the connection's secret and, during an overlap, those before
   * it. A token with scopes is one beside them, that no rotation ends.
   */
  readonly scopes?: readonly TokenScope[];
  /** The version of the connection's secret that holds it. */
  readonly secretVersion?: string;
  /** Whether it is valid already, but not yet the current value of the connection's secret. */
  readonly pending?: true;
  /** Whether a rotation has put its end forward: nobody need be told that it expires. */
  readonly replaced?: true;
  /** RFC 3339; up to an hour behind. */
  readonly lastUsedAt?: string;
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

/** The most main tokens, and the most with scopes, that one connection has at a time: all are read with each request. */
export const MAXIMUM_TOKENS = 10;

// The secret comes last: base64url has underscores of its own.
const TOKEN = /^scim_([a-z0-9-]{1,64})_([a-z0-9]{10})_[A-Za-z0-9_-]{43}$/;

/**
 * Makes a token: `scim_<connection>_<token id>_<secret>`. The prefix lets secret scanners recognise it, the secret has 256 random
 * bits, so that a plain digest is enough to keep.
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

/** What is stored of a value that `issueToken` made. @throws Error for any other */
export function tokenOf(value: string, expiresInDays: number, now = new Date()): StoredToken {
  const presented = readToken(value);
  if (presented === undefined) throw new Error('This is no token.');
  return {
    id: presented.tokenId,
    digest: presented.digest,
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

/** The stored token that a presented one is, when it has not expired; compares in constant time. */
export function findValidToken(
  presented: PresentedToken,
  stored: readonly StoredToken[],
  now = new Date(),
): StoredToken | undefined {
  const candidate = stored.find(({ id }) => id === presented.tokenId);
  // Compared also when there is no such token, so that the time tells nothing.
  const expected = Buffer.from(candidate?.digest ?? digestOf(''), 'base64url');
  const equal = timingSafeEqual(expected, Buffer.from(presented.digest, 'base64url'));
  return equal && candidate !== undefined && isLive(candidate, now) ? candidate : undefined;
}

/** Whether a token has not expired. */
export function isLive({ expiresAt }: Pick<StoredToken, 'expiresAt'>, now = new Date()): boolean {
  return Date.parse(expiresAt) > now.getTime();
}

/** Whether a token is allowed something. Main tokens are allowed everything. */
export function allows(
  { scopes }: StoredToken,
  resources: 'users' | 'groups',
  access: 'read' | 'read-write',
): boolean {
  return (
    scopes === undefined ||
    scopes.includes(`${resources}:read-write`) ||
    (access === 'read' && scopes.includes(`${resources}:read`))
  );
}

/**
 * Completes a rotation: puts an end to the main tokens that came before the new one.
 * @param id of the new one; tokens are in the order in which they became valid
 * @param overlapSeconds how long they work on; with 0 they are gone
 */
export function withEarlierEnded(
  tokens: readonly StoredToken[],
  id: string,
  overlapSeconds: number,
  now = new Date(),
): readonly StoredToken[] {
  const newest = tokens.findIndex((token) => token.id === id);
  const end = new Date(now.getTime() + overlapSeconds * 1000).toISOString();
  return tokens.flatMap((token, index) => {
    if (index === newest) return [withoutPending(token)];
    if (index > newest || token.scopes !== undefined) return [token];
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

function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('base64url');
}
