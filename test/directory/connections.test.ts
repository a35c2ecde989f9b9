import { Connections } from '../../directory/connections/connections';
import { connectionKey } from '../../directory/store/keys';
import { findValidToken, issueToken, readToken } from '../../directory/connections/tokens';
import { ABSENT } from '../../directory/store/write';
import { ACT, connectionWith, meteredScope } from './support';

const { scope, close, measure } = meteredScope();

afterAll(close);

describe('connections and tokens', () => {
  const connections = new Connections(scope.table);

  test('a token is valid until it expires, and no other is', () => {
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

  test('the table keeps digests and no token', async () => {
    const id = scope.connection.slice(0, 20);
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
    expect(JSON.stringify(await scope.table.get(connectionKey(id)))).not.toContain(value);
    await connections.withdraw(connection);
    expect(await connections.find(id)).toBeUndefined();
  });

  test('when a token is used survives every change, and a changed connection is not withdrawn', async () => {
    const id = `${scope.connection.slice(0, 18)}u`;
    const token = issueToken(id);
    const connection = connectionWith({
      id,
      tokens: [token],
      failureMail: { recipients: ['a@b.example'] },
    });
    await connections.add(connection, ACT);
    const { failureMail: _, ...without } = connection;
    // It is used between the reading and the writing of the change.
    await connections.change(id, ACT, async () => {
      await connections.recordUse({ id }, token);
      return { ...without, displayName: 'Changed' };
    });
    // And it was used before this one was read.
    await connections.change(id, ACT, (before) => ({ ...before, groups: false }));
    const found = await connections.find(id);
    expect(found?.tokens[0]?.lastUsedAt).toBeDefined();
    // Within the hour the token knows it, and nothing is called.
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

  test('what is to be written alongside a change and is there already does not hold it up', async () => {
    const id = `${scope.connection.slice(0, 18)}a`;
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
