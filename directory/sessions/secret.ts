import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/*
 * Links and sessions have a secret of 256 random bits. The table has its SHA-256 digest only: a
 * leaked table opens nothing. The digest needs no salt, because a random secret cannot be guessed.
 */

const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** Returns a new secret: 32 random bytes, base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Returns the digest of a secret, base64url; undefined if a text cannot be a secret. */
export function digestOf(secret: string): string | undefined {
  if (!SECRET.test(secret)) return undefined;
  return createHash('sha256').update(secret).digest('base64url');
}

/** Compares a secret with a digest in constant time. */
export function matchesDigest(secret: string, digest: string): boolean {
  const presented = Buffer.from(digestOf(secret) ?? '', 'base64url');
  const expected = Buffer.from(digest, 'base64url');
  return presented.length === expected.length && timingSafeEqual(presented, expected);
}
