import { tokensNearExpiry } from '../../directory/notices/token-expiry';
import { issueToken, type StoredToken } from '../../directory/connections/tokens';

const DAY_MS = 86_400_000;
const now = Date.parse('2026-06-01T00:00:00.000Z');

/** Creates a token that ends in the given number of days. */
function token(days: number, more: Partial<StoredToken> = {}): StoredToken {
  return { ...issueToken('acme'), expiresAt: new Date(now + days * DAY_MS).toISOString(), ...more };
}

test.each<[string, readonly StoredToken[], number]>([
  ['no token', [], 0],
  ['one that lasts more than a week', [token(8)], 0],
  ['one that ends within a week', [token(6)], 1],
  ['one that has ended without a replacement', [token(-30)], 1],
  ['one in its overlap after a rotation', [token(2), token(300)], 0],
  ['two that end within a week', [token(2), token(3)], 1],
  ['one whose replacement is pending', [token(2), token(300, { pending: true })], 1],
  [
    'one with scopes that ends before the main token',
    [token(300), token(2, { scopes: ['users:read'] })],
    1,
  ],
  ['one with scopes that has ended', [token(300), token(-2, { scopes: ['users:read'] })], 0],
])('tokens near expiry: %s', (_, tokens, expected) => {
  expect(tokensNearExpiry(tokens, now)).toBe(expected);
});
