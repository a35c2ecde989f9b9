import { connectionSort } from '../../directory/connections/connection-index';
import { searchConnections } from '../../directory/connections/connection-search';
import { Connections } from '../../directory/connections/connections';
import { connectionKey } from '../../directory/store/keys';
import { findValidToken, issueToken, readToken } from '../../directory/connections/tokens';
import { ABSENT } from '../../directory/store/write';
import { ACT, connectionWith, meteredTenant } from './support';

const { tenant, close, measure } = meteredTenant();

afterAll(close);

describe('connections and tokens', () => {
  const connections = new Connections(tenant.table);

  test.each(['㌀'.repeat(200), '㍿'.repeat(90), 'ß'.repeat(200), '😀'.repeat(100)])(
    'a connection with the longest names can be created, found, renamed and listed',
    async (displayName) => {
      const { table } = tenant;
      const id = `long-${String(displayName.codePointAt(0))}`;
      // DynamoDB's limit for a sort key, which the embedded engine does not have.
      expect(Buffer.byteLength(connectionSort('x'.repeat(64), displayName))).toBeLessThan(1024);
      await connections.add(connectionWith({ id, displayName }), ACT);
      const text = displayName.slice(0, 4);
      expect((await searchConnections(table, text, 5)).ids).toEqual([id]);
      await connections.change(id, ACT, (before) => ({
        ...before,
        displayName: `${displayName} `,
      }));
      expect((await connections.find(id))?.displayName).toBe(`${displayName} `);
    },
  );

  test('a token is valid until it expires; other, altered and malformed tokens are not', () => {
    const now = new Date('2026-01-01T00:00:00Z');
    const token = issueToken('acme', 1, now);
    const presented = readToken(token.value);
    if (presented === undefined) throw new Error('unreadable');
    expect(presented.connection).toBe('acme');
    expect(findValidToken(presented, [token], now)).toEqual(token);
    expect(findValidToken(presented, [token], new Date('2026-01-02T00:00:00Z'))).toBeUndefined();
    expect(findValidToken(presented, [], now)).toBeUndefined();
    expect(findValidToken(presented, [issueToken('acme', 1, now)], now)).toBeUndefined();
    expect(
      findValidToken(presented, [{ ...token, digest: issueToken('acme').digest }], now),
    ).toBeUndefined();
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

  test('the table stores digests of tokens and no token value', async () => {
    const id = tenant.connection.slice(0, 20);
    const token = issueToken(id);
    const { value, ...stored } = token;
    const connection = connectionWith({
      id,
      userDeletion: 'erase',
      groups: false,
      enabled: false,
      secret: false,
      failureMail: { recipients: ['a@b.example'] },
      rotation: { everyDays: 30, overlapDays: 3 },
      tokens: [
        {
          ...stored,
          scopes: ['users:read'],
          secretVersion: 'v',
          pending: true,
          replaced: true,
          lastUsedAt: 'T',
        },
      ],
    });
    expect(
      await connections.add(
        { ...connection, tokens: connection.tokens.map((each) => ({ ...each, value })) },
        ACT,
      ),
    ).toBe(true);
    expect(await connections.add(connection, ACT)).toBe(false);
    expect(await connections.find(id)).toEqual(connection);
    expect(JSON.stringify(await tenant.table.get(connectionKey(id)))).not.toContain(value);
    await connections.withdraw(connection);
    expect(await connections.find(id)).toBeUndefined();
  });

  test('changes keep lastUsedAt; withdraw keeps another connection with the same id', async () => {
    const id = `${tenant.connection.slice(0, 18)}u`;
    const token = issueToken(id);
    const connection = connectionWith({
      id,
      tokens: [token],
      failureMail: { recipients: ['a@b.example'] },
    });
    await connections.add(connection, ACT);
    const { failureMail: _, ...without } = connection;
    // The token is used after the change has read the connection and before it writes it.
    await connections.change(id, ACT, async () => {
      await connections.recordUse({ id }, token);
      return { ...without, displayName: 'Changed' };
    });
    // This change reads the connection after the token was used.
    await connections.change(id, ACT, (before) => ({ ...before, groups: false }));
    const found = await connections.find(id);
    expect(found?.tokens[0]?.lastUsedAt).toBeDefined();
    // A use is recorded once an hour at most, so this one makes no call.
    const [used = token] = found?.tokens ?? [];
    expect(await measure(() => connections.recordUse({ id }, used))).toEqual({
      reads: 0,
      writes: 0,
      calls: 0,
    });
    expect(found).toMatchObject({ displayName: 'Changed' });
    expect(found).not.toHaveProperty('failureMail');
    await connections.withdraw({ ...connection, cursorKey: 'another one of this id' });
    expect(await connections.find(id)).toBeDefined();
  });

  test('a change succeeds if an item to be written alongside it exists already', async () => {
    const id = `${tenant.connection.slice(0, 18)}a`;
    await connections.add(connectionWith({ id }), ACT);
    const alongside = [{ put: { pk: `c#${id}#notice`, sk: 'x' }, condition: ABSENT }];
    for (const displayName of ['One', 'Two']) {
      const changed = await connections.change(
        id,
        ACT,
        (before) => ({ ...before, displayName }),
        alongside,
      );
      expect(changed?.displayName).toBe(displayName);
    }
  });
});
