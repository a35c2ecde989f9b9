import { randomBytes } from 'node:crypto';

/**
 * Returns a version that no other write has. It is random instead of a counter, so that a writer
 * whose response was lost recognizes its own write (docs/decisions/0002-versions-are-random.md).
 */
export function newVersion(): string {
  return randomBytes(9).toString('base64url');
}
