import {
  dueAdoption,
  dueReminder,
  neededTokens,
  secretsNearExpiry,
  tokensNearExpiry,
  unadoptedToken,
} from '../../directory/notices/token-expiry';
import type { Connection } from '../../directory/connections/connection';
import { issueSecret, withOAuth } from '../../directory/connections/oauth/clients';
import type { OAuthClient } from '../../directory/connections/oauth/oauth-settings';
import { issueToken, type StoredToken } from '../../directory/connections/tokens';
import { connectionWith } from './support';

const DAY_MS = 86_400_000;
const now = Date.parse('2026-06-01T00:00:00.000Z');

/** Creates a token that ends in the given number of days. */
function token(days: number, more: Partial<StoredToken> = {}): StoredToken {
  return { ...issueToken('acme'), expiresAt: new Date(now + days * DAY_MS).toISOString(), ...more };
}

/** Creates a token by the days, from now, of its issue and its end. */
function issued(created: number, end: number): StoredToken {
  return token(end, { createdAt: new Date(now + created * DAY_MS).toISOString() });
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

test.each<[string, StoredToken, number | undefined]>([
  ['lasts longer than any reminder', issued(-300, 61), undefined],
  ['ends within 60 days', issued(-300, 59), 60],
  ['ends within 30 days', issued(-300, 29), 30],
  ['ends within a week', issued(-300, 6), 7],
  ['ends today', issued(-300, 0), 0],
  ['ended within a day', issued(-300, -0.9), 0],
  ['ended more than a day ago', issued(-300, -1.1), undefined],
  ['was issued after the time of the reminder', issued(-1, 6), undefined],
  ['was ended by a rotation', { ...issued(-300, 6), replaced: true }, undefined],
])('the reminder of a token that %s', (_, subject, expected) => {
  expect(dueReminder(subject, now)).toBe(expected);
});

describe('a rotated token that the identity provider does not use', () => {
  const at = (days: number): string => new Date(now + days * DAY_MS).toISOString();
  /** A rotation ten days ago with an overlap of 20 days. */
  const next = token(355, { createdAt: at(-10) });
  const earlier = token(10, { createdAt: at(-100), replaced: true, lastUsedAt: at(-1) });

  test('is found while the earlier one is used', () => {
    expect(unadoptedToken([next, earlier], now)).toMatchObject({
      id: next.id,
      earlier: earlier.id,
      earlierUntil: earlier.expiresAt,
    });
  });

  test.each<[string, readonly StoredToken[]]>([
    ['the new one is used', [{ ...next, lastUsedAt: at(-2) }, earlier]],
    ['the earlier one is not used any more', [next, { ...earlier, lastUsedAt: at(-11) }]],
    ['the earlier one has ended', [next, { ...earlier, expiresAt: at(-1) }]],
    ['the earlier one is a token with scopes', [next, { ...earlier, scopes: ['users:read'] }]],
    ['the new one is pending', [{ ...next, pending: true }, earlier]],
  ])('is no problem if %s', (_name, tokens) => {
    expect(unadoptedToken(tokens, now)).toBeUndefined();
  });

  test.each<[number, string | undefined]>([
    [-1, undefined],
    [0, 'half'],
    [6.9, 'half'],
    [7, '3'],
    [8.9, '3'],
    [9, '1'],
  ])('is reported %d days from now with the reminder %p', (days, reminder) => {
    const found = unadoptedToken([next, earlier], now);
    if (found === undefined) throw new Error('not found');
    expect(dueAdoption(found, now + days * DAY_MS)).toBe(reminder);
  });

  test('is reported at half of a short overlap only', () => {
    const found = { id: 'x', createdAt: at(-0.4), earlier: 'y', earlierUntil: at(0.4) };
    expect(dueAdoption(found, now - 0.1 * DAY_MS)).toBeUndefined();
    expect(dueAdoption(found, now + 0.1 * DAY_MS)).toBe('half');
  });

  test('counts as near its expiry from half of the overlap on', () => {
    expect(tokensNearExpiry([next, { ...earlier, expiresAt: at(20) }], now)).toBe(0);
    expect(tokensNearExpiry([next, { ...earlier, expiresAt: at(9) }], now)).toBe(1);
  });
});

/** Creates a client with secrets that end in the given numbers of days. */
function clientWith(days: readonly number[], lastUsedAt?: string): OAuthClient {
  const secrets = days.map((each) => {
    const { value: _, ...secret } = issueSecret(1);
    const expiresAt = new Date(now + each * DAY_MS).toISOString();
    return { ...secret, expiresAt, ...(lastUsedAt === undefined ? {} : { lastUsedAt }) };
  });
  const createdAt = new Date(now).toISOString();
  return { id: 'c', displayName: 'Client', accessTokenSeconds: 3600, createdAt, secrets };
}

const withClient = (client: OAuthClient, tokens: readonly StoredToken[] = []): Connection =>
  withOAuth(connectionWith({ id: 'acme', tokens }), { clients: [client] });

test.each<[string, readonly number[], number]>([
  ['no secret', [], 0],
  ['one that lasts more than a week', [8], 0],
  ['one that ends within a week', [6], 1],
  ['one with a replacement', [6, 300], 0],
  ['two that end within a week', [2, 6], 1],
  ['one that has ended', [-1], 0],
])('secrets near expiry: %s', (_, days, expected) => {
  expect(secretsNearExpiry(withClient(clientWith(days)), now)).toBe(expected);
});

test.each<[string, number, number]>([
  ['was in use', -2, 1],
  ['was left over long before', -9, 0],
])('a secret that has ended and %s near its end', (_, lastUse, expected) => {
  const client = clientWith([-1], new Date(now + lastUse * DAY_MS).toISOString());
  expect(secretsNearExpiry(withClient(client), now)).toBe(expected);
});

test('a secret that has ended counts no more once a token is used in its place', () => {
  const client = clientWith([-1], new Date(now - 2 * DAY_MS).toISOString());
  const used = token(90, { lastUsedAt: new Date(now).toISOString() });
  expect(secretsNearExpiry(withClient(client, [used]), now)).toBe(0);
});

test('a client with scopes leaves the main token needed', () => {
  const client = clientWith([9], new Date(now - DAY_MS).toISOString());
  const scopes = ['groups:read'] as const;
  expect(neededTokens(withClient({ ...client, scopes }, [token(9)]))).toHaveLength(1);
});

test.each<[string, number | undefined, number | undefined, number]>([
  ['neither is used', undefined, undefined, 1],
  ['only the token is used', -1, undefined, 1],
  ['only the client is used', undefined, -1, 0],
  ['both are used', -2, -1, 1],
  ['the client is used since the token was used last', -20, -1, 0],
])('main tokens that are needed if %s', (_, tokenUse, clientUse, expected) => {
  const day = (days: number): string => new Date(now + days * DAY_MS).toISOString();
  const main = token(9, tokenUse === undefined ? {} : { lastUsedAt: day(tokenUse) });
  const scoped = token(9, { scopes: ['users:read'] });
  const client = clientWith([9], clientUse === undefined ? undefined : day(clientUse));
  const needed = neededTokens(withClient(client, [main, scoped]));
  expect(needed).toHaveLength(expected + 1);
});
