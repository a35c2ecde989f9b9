import fc from 'fast-check';
import { networkOf } from '../../directory/connections/oauth/token-failures';
import { withOAuth, issueSecret, matchSecret } from '../../directory/connections/oauth/clients';
import {
  openAccessToken,
  readAccessToken,
  sealAccessToken,
} from '../../directory/connections/oauth/access-tokens';
import type { OAuthSettings } from '../../directory/connections/oauth/oauth-settings';
import {
  connectionFromItem,
  connectionToItem,
  connectionWrite,
} from '../../directory/connections/connection-item';
import { TOKEN_SCOPES, type TokenScope } from '../../directory/connections/tokens';
import { connectionWith } from './support';

const NOW = new Date('2026-06-01T00:00:00Z');
const issued = issueSecret(30, NOW);
const { value: _, ...secret } = issued;
const client = {
  id: 'c1',
  displayName: 'Client',
  accessTokenSeconds: 3600,
  createdAt: NOW.toISOString(),
  secrets: [secret],
};
const trust = {
  id: 't1',
  issuer: 'https://login.microsoftonline.com/x/v2.0',
  tenantId: 'x',
  subject: 's',
  audiences: ['api://a'],
  accessTokenSeconds: 7200,
  createdAt: NOW.toISOString(),
};
const connection = withOAuth(connectionWith({ id: 'acme' }), { clients: [client], trust });

function settings(): OAuthSettings {
  if (connection.oauth === undefined) throw new Error('There are no settings.');
  return connection.oauth;
}

const seconds = (after: number): number => NOW.getTime() / 1000 + after;

function open(token: string, at = NOW, oauth: OAuthSettings | undefined = settings()): object {
  const presented = readAccessToken(token);
  if (presented === undefined) throw new Error('The token is malformed.');
  return openAccessToken(presented, oauth, at);
}

test('a sealed token opens with its scopes, for any connection id and scopes', () => {
  const ids = fc.stringMatching(/^[a-z0-9-]{1,63}$/);
  fc.assert(
    fc.property(ids, fc.option(fc.subarray([...TOKEN_SCOPES])), (id, chosen) => {
      const scopes: readonly TokenScope[] | undefined = chosen ?? undefined;
      const claims = { credential: secret.id, expires: seconds(10), scopes };
      const token = sealAccessToken(settings(), id, claims);
      const expected = scopes === undefined ? { id: secret.id } : { id: secret.id, scopes };
      expect(readAccessToken(token)?.connection).toBe(id);
      expect(open(token)).toEqual({ credential: expected });
    }),
  );
});

test('no change of a character leaves a token valid', () => {
  const token = sealAccessToken(settings(), 'acme', { credential: 't1', expires: seconds(10) });
  const position = fc.integer({ min: 0, max: token.length - 2 });
  const characters = fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', '.');
  fc.assert(
    fc.property(position, characters, (at, character) => {
      const changed = token.slice(0, at) + character + token.slice(at + 1);
      const presented = changed === token ? undefined : readAccessToken(changed);
      if (presented === undefined) return;
      expect(openAccessToken(presented, settings(), NOW)).toEqual({ problem: 'unknown' });
    }),
  );
});

test('a token ends at its end, and with the secret that it was issued for', () => {
  const token = sealAccessToken(settings(), 'acme', {
    credential: secret.id,
    expires: seconds(40 * 86_400),
  });
  expect(open(token)).toMatchObject({ credential: { id: secret.id } });
  expect(open(token, new Date(secret.expiresAt))).toMatchObject({ problem: 'expired' });
  const short = sealAccessToken(settings(), 'acme', { credential: 't1', expires: seconds(10) });
  expect(open(short, new Date(NOW.getTime() + 9999))).toMatchObject({ credential: { id: 't1' } });
  expect(open(short, new Date(NOW.getTime() + 10_000))).toEqual({
    problem: 'expired',
    seconds: 0,
  });
});

test('a token of a removed secret is known as revoked, and one without settings is unknown', () => {
  const token = sealAccessToken(settings(), 'acme', { credential: secret.id, expires: seconds(9) });
  const { oauth } = withOAuth(connection, { clients: [], trust });
  expect(open(token, NOW, oauth)).toEqual({ problem: 'revoked', id: secret.id });
  const presented = readAccessToken(token);
  if (presented === undefined) throw new Error('The token is malformed.');
  expect(openAccessToken(presented, undefined)).toEqual({ problem: 'unknown' });
  expect(withOAuth(connection, { clients: [] }).oauth).toBeUndefined();
});

test('secrets are matched by their whole value', () => {
  expect(matchSecret(client, issued.value)).toEqual({ secret });
  const changed = issued.value.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  expect(matchSecret(client, changed)).toEqual({ problem: 'wrongSecret' });
  expect(matchSecret(client, issueSecret(1).value)).toEqual({ problem: 'unknownSecret' });
  expect(matchSecret(client, '')).toEqual({ problem: 'notASecret' });
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:0DB8:0:0:5:6:7:8', '2001:db8:0:0::/64'],
  ['2001:db8:0:1::', '2001:db8:0:1::/64'],
  ['::1', '0:0:0:0::/64'],
])('the address %s is of the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('settings survive the way to the item and back, and a change keeps the last uses', () => {
  const used = { ...secret, lastUsedAt: '2026-06-02T00:00:00.000Z' };
  const before = withOAuth(connection, {
    clients: [{ ...client, scopes: ['users:read'], secrets: [used] }],
    trust: { ...trust, lastUsedAt: '2026-06-03T00:00:00.000Z' },
  });
  const item = connectionToItem(before);
  expect(connectionFromItem(item)?.oauth).toEqual(before.oauth);
  const write = connectionWrite({ ...before, displayName: 'Other' }, item);
  if (!('update' in write)) throw new Error('The write is no update.');
  expect(write.remove).toEqual([]);
  const without = connectionWrite(withOAuth(before, { clients: [] }), item);
  if (!('update' in without)) throw new Error('The write is no update.');
  expect([...(without.remove ?? [])].sort()).toEqual(
    [`lastUsed_${secret.id}`, 'lastUsed_t1', 'oauth'].sort(),
  );
});
