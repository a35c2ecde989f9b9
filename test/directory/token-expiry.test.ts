import { tokensNearExpiry } from '../../directory/notices/token-expiry';
import { issueToken, type StoredToken } from '../../directory/connections/tokens';

const DAY_MS = 86_400_000;
const now = Date.parse('2026-06-01T00:00:00.000Z');

/** A token that ends so many days from now. */
function token(days: number, more: Partial<StoredToken> = {}): StoredToken {
  return { ...issueToken('acme'), expiresAt: new Date(now + days * DAY_MS).toISOString(), ...more };
}

test.each<[string, readonly StoredToken[], number]>([
  ['none', [], 0],
  ['one that lasts', [token(8)], 0],
  ['one that ends within a week', [token(6)], 1],
  ['one that has ended, for as long as nothing has come in its place', [token(-30)], 1],
  ['one in the overlap behind a newer one', [token(2), token(300)], 0],
  ['two that both end', [token(2), token(3)], 1],
  ['a new one that is not current yet', [token(2), token(300, { pending: true })], 1],
  ['one with scopes beside the main one', [token(300), token(2, { scopes: ['users:read'] })], 1],
  ['one with scopes that has ended', [token(300), token(-2, { scopes: ['users:read'] })], 0],
])('tokens near their end: %s', (_, tokens, expected) => {
  expect(tokensNearExpiry(tokens, now)).toBe(expected);
});
