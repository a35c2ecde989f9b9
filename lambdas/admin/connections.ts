import { randomBytes } from 'node:crypto';
import type { Connection, Connections } from '../../directory/connections';
import { issueToken, type IssuedToken, type StoredToken } from '../../directory/tokens';
import type { z } from 'zod';
import type { ConnectionSecrets } from './connection-secrets';
import { noConnection, Problem } from './problem';
import type { CREATE_CONNECTION, ISSUE_TOKEN } from './requests';

/** The most tokens that one connection has at a time, those that are about to end included. */
const MAXIMUM_TOKENS = 10;

/** A connection and the token that was just issued for it; its value is known now and never again. */
export interface IssuedConnection {
  readonly connection: Connection;
  readonly token: IssuedToken;
}

/**
 * Creates a connection with its first token.
 * @throws Problem 409 when the id is taken
 */
export async function createConnection(
  connections: Connections,
  secrets: ConnectionSecrets,
  { id = `c-${randomBytes(8).toString('hex')}`, failureMail, ...settings }: z.output<typeof CREATE_CONNECTION>,
): Promise<IssuedConnection> {
  const token = issueToken(id, settings.tokenExpiresInDays);
  const connection: Connection = {
    id,
    ...settings,
    ...(failureMail === undefined
      ? {}
      : {
          failureMail: {
            recipients: failureMail.recipients,
            ...(failureMail.windowSeconds === undefined ? {} : { windowSeconds: failureMail.windowSeconds }),
          },
        }),
    enabled: true,
    createdAt: token.createdAt,
    tokens: [token],
    schemas: [],
    cursorKey: randomBytes(32).toString('base64url'),
  };
  if (!(await connections.add(connection))) {
    throw new Problem(409, 'Conflict', `There is a connection "${id}" already.`, [
      { pointer: '/id', detail: 'is taken' },
    ]);
  }
  try {
    await secrets.put(id, token.value);
  } catch (error) {
    // Without its secret the token would be lost to everybody but this caller: the connection is taken back.
    await connections.withdraw(id);
    throw error;
  }
  return { connection, token };
}

/**
 * Issues a further token; earlier ones end after the overlap. The new token works before the secret holds it, and the old ones
 * end only then, so that there is no moment without a valid one.
 * @throws Problem 404, 409 for too many tokens
 */
export async function issueConnectionToken(
  connections: Connections,
  secrets: ConnectionSecrets,
  id: string,
  { overlapSeconds, expiresInDays }: z.output<typeof ISSUE_TOKEN>,
): Promise<IssuedToken> {
  const existing = await connections.find(id);
  if (existing === undefined) throw noConnection(id);
  const token = issueToken(id, expiresInDays ?? existing.tokenExpiresInDays);
  const added = await changeTokens(connections, id, (tokens) => {
    const live = tokens.filter(({ expiresAt }) => Date.parse(expiresAt) > Date.now());
    // Without an overlap all of them end at once.
    if (overlapSeconds > 0 && live.length >= MAXIMUM_TOKENS) {
      throw new Problem(409, 'Conflict', `The connection has ${live.length} valid tokens; let one of them end first.`);
    }
    return [...live, token];
  });
  if (added === undefined) throw noConnection(id);
  try {
    await secrets.put(id, token.value);
  } catch (error) {
    await changeTokens(connections, id, (tokens) => tokens.filter((other) => other.id !== token.id));
    throw error;
  }
  const end = new Date(Date.now() + overlapSeconds * 1000).toISOString();
  await changeTokens(connections, id, (tokens) =>
    tokens.flatMap((other) => (other.id === token.id ? [other] : endedAt(other, end, overlapSeconds))),
  );
  return token;
}

function changeTokens(
  connections: Connections,
  id: string,
  compute: (tokens: readonly StoredToken[]) => readonly StoredToken[],
): Promise<Connection | undefined> {
  return connections.change(id, (connection) => ({ ...connection, tokens: compute(connection.tokens) }));
}

function endedAt(token: StoredToken, end: string, overlapSeconds: number): readonly StoredToken[] {
  if (overlapSeconds === 0) return [];
  return [{ ...token, expiresAt: token.expiresAt < end ? token.expiresAt : end }];
}
