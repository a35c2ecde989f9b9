import type { NewToken } from '../../client';
import { UsageError } from '../errors';
import { timeText } from '../output/output';

/* New tokens are printed only on request; otherwise their secret holds them. */

/**
 * Checks that something new is printed or kept.
 * @param thing a token or a secret
 * @throws UsageError if it is neither
 */
export function checkShown(
  thing: 'token' | 'secret',
  isKept: boolean,
  isShown: true | undefined,
): void {
  if (isKept || isShown === true) return;
  throw new UsageError(`The ${thing} is kept nowhere and cannot be read later. Add --show.`);
}

/** Returns a new token for JSON, with its value only on request. */
export function withoutValue(
  { value, ...token }: NewToken,
  isShown: true | undefined,
): Partial<NewToken> {
  return isShown === true ? { ...token, value } : token;
}

/** Returns a new token for people. @param secretName undefined if no secret holds it */
export function tokenFields(
  { id, value, expiresAt }: NewToken,
  secretName: string | undefined,
  isShown: true | undefined,
): Record<string, string> {
  const place =
    secretName === undefined ? 'not shown' : `in Secrets Manager, in the secret ${secretName}`;
  return {
    Token: isShown === true ? value : place,
    'Token id': id,
    Expires: timeText(expiresAt),
  };
}
