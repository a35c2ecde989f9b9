import { Connections } from '../../directory/connections';
import { connectionKey } from '../../directory/keys';
import { isValidToken, issueToken, readToken } from '../../directory/tokens';
import { meteredScope } from './support';

const { scope, close } = meteredScope();

afterAll(close);

describe('connections and tokens', () => {
  const connections = new Connections(scope.table);

  test('a token is valid until it expires, and no other is', () => {
    const now = new Date('2026-01-01T00:00:00Z');
    const token = issueToken('acme', 1, now);
    const presented = readToken(token.value);
    if (presented === undefined) throw new Error('unreadable');
    expect(presented.connection).toBe('acme');
    expect(isValidToken(presented, [token], now)).toBe(true);
    expect(isValidToken(presented, [token], new Date('2026-01-02T00:00:00Z'))).toBe(false);
    expect(isValidToken(presented, [], now)).toBe(false);
    expect(isValidToken(presented, [issueToken('acme', 1, now)], now)).toBe(false);
    expect(isValidToken(presented, [{ ...token, digest: issueToken('acme').digest }], now)).toBe(false);
    for (const text of [
      '',
      token.value.slice(1),
      `${token.value}x`,
      token.value.replace('scim_', 'scim-'),
      'scim_A_b_c',
    ]) {
      expect(readToken(text)).toBeUndefined();
    }
  });

  test('the table keeps digests and no token', async () => {
    const id = scope.connection.slice(0, 20);
    const token = issueToken(id);
    const connection = {
      id,
      displayName: 'D',
      identityProvider: 'rfc',
      enabled: true,
      userDeletion: 'erase' as const,
      groups: false,
      failureMail: { recipients: ['a@b.example'], windowSeconds: 5 },
      tokenExpiresInDays: 3,
      createdAt: token.createdAt,
      schemas: [],
      cursorKey: 'k',
      tokens: [{ id: token.id, digest: token.digest, createdAt: token.createdAt, expiresAt: token.expiresAt }],
    };
    expect(await connections.add({ ...connection, tokens: [token] })).toBe(true);
    expect(await connections.add(connection)).toBe(false);
    expect(await connections.find(id)).toEqual(connection);
    expect(JSON.stringify(await scope.table.get(connectionKey(id)))).not.toContain(token.value);
    await connections.withdraw(id);
    expect(await connections.find(id)).toBeUndefined();
  });
});
