import { randomBytes } from 'node:crypto';

/**
 * A version that no other write has: random and not a counter, so that a writer knows it beforehand and recognises its own write when
 * the answer to it was lost (see docs/decisions/0002-versions-are-random.md).
 */
export function newVersion(): string {
  return randomBytes(9).toString('base64url');
}
