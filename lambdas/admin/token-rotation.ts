import type { AdminAction } from '../../directory/connections/audit';
import type { Connection } from '../../directory/connections/connection';
import type { Connections } from '../../directory/connections/connections';
import {
  isLive,
  MAXIMUM_TOKENS,
  tokenOf,
  withEarlierEnded,
  type StoredToken,
} from '../../directory/connections/tokens';
import type { Write } from '../../directory/store/write';
import type { ConnectionSecrets } from './connection-secrets';

/*
 * The parts of which a rotation is made, on demand and on schedule. A new token works before the secret says so, and the one before ends only
 * afterwards, so that there is always a valid one; Secrets Manager moves the label `AWSCURRENT` only from the version that has it, and only to
 * one that became valid later, so that rotations at the same time leave the last one's token both current and valid. Each part can be repeated.
 */

/** A rotation cannot go on; the message says why. */
export class RotationError extends Error {
  constructor(
    readonly reason: 'noConnection' | 'tooManyTokens' | 'superseded' | 'refused' | 'unreachable',
    message: string,
  ) {
    super(message);
    this.name = 'RotationError';
  }
}

/** A token on its way to become a connection's main one. */
export interface Candidate {
  readonly value: string;
  /** The version of the secret that holds it; a random one for a connection without a secret. */
  readonly version: string;
  readonly expiresInDays: number;
}

/**
 * Makes a token valid beside those that there are. One that has been ended does not come back.
 * @param overlapSeconds how long earlier ones are to work on; when they end at once there is always room
 * @throws RotationError `noConnection`, `tooManyTokens`, `superseded`
 */
export async function acceptToken(
  connections: Connections,
  connectionId: string,
  act: AdminAction,
  { value, version, expiresInDays }: Candidate,
  overlapSeconds: number,
): Promise<StoredToken> {
  const token: StoredToken = {
    ...tokenOf(value, expiresInDays),
    secretVersion: version,
    pending: true,
  };
  if (await connections.hasEnded(connectionId, token.id)) throw superseded(connectionId);
  const changed = await connections.change(connectionId, act, (connection) => {
    if (connection.tokens.some(({ id }) => id === token.id)) return connection;
    return withToken(connection, token, overlapSeconds);
  });
  return find(existing(changed, connectionId), token.id) ?? token;
}

/** A connection with a further token; those that have expired make room. @throws RotationError `tooManyTokens` */
export function withToken(
  connection: Connection,
  token: StoredToken,
  overlapSeconds: number,
): Connection {
  const live = connection.tokens.filter((other) => isLive(other));
  const isMain = token.scopes === undefined;
  const alike = live.filter(({ scopes }) => (scopes === undefined) === isMain);
  const makesRoom = isMain && overlapSeconds === 0;
  if (!makesRoom && alike.length >= MAXIMUM_TOKENS) {
    const which = isMain ? 'valid main tokens' : 'valid tokens with scopes';
    throw new RotationError(
      'tooManyTokens',
      `The connection has ${alike.length} ${which}; revoke one of them.`,
    );
  }
  return { ...connection, tokens: [...live, token] };
}

/**
 * Makes a valid token's version the current one of the secret.
 * @throws RotationError `superseded` when a later token is current, or this one has been ended, `noConnection`
 */
export async function makeCurrent(
  connections: Connections,
  secrets: ConnectionSecrets,
  connectionId: string,
  version: string,
): Promise<void> {
  let failure: { readonly with: string | undefined; readonly error: unknown } | undefined;
  for (;;) {
    const current = await secrets.currentVersion(connectionId);
    // It was not refused because another one became current: then trying again is of no use.
    if (failure !== undefined && failure.with === current) throw failure.error;
    if (current === version) {
      await secrets.dropPending(connectionId, version);
      return;
    }
    const { tokens } = existing(await connections.find(connectionId), connectionId);
    const place = tokens.findIndex(({ secretVersion }) => secretVersion === version);
    const currentPlace = tokens.findIndex(({ secretVersion }) => secretVersion === current);
    if (place === -1 || currentPlace > place) {
      throw superseded(connectionId);
    }
    try {
      await secrets.makeCurrent(connectionId, version, current);
    } catch (error) {
      failure = { with: current, error };
    }
  }
}

/**
 * Ends the main tokens that were there before a version's.
 * @param notice what is to be written with it, when this is what ends them; it is told when the last of them ends
 */
export async function endEarlierTokens(
  connections: Connections,
  connectionId: string,
  act: AdminAction,
  version: string,
  overlapSeconds: number,
  notice: (token: StoredToken, earlierUntil: string) => readonly Write[] = () => [],
): Promise<StoredToken | undefined> {
  const before = existing(await connections.find(connectionId), connectionId);
  const token = before.tokens.find(({ secretVersion }) => secretVersion === version);
  // It has been ended by a later one, which has ended those before it, too.
  if (token === undefined) return undefined;
  await connections.change(
    connectionId,
    act,
    (connection) => ({
      ...connection,
      tokens: withEarlierEnded(connection.tokens, token.id, overlapSeconds),
    }),
    notice(token, endOfEarlier(before.tokens, token, overlapSeconds)),
  );
  return token;
}

/** When the last of the main tokens before another one ends. */
function endOfEarlier(
  tokens: readonly StoredToken[],
  token: StoredToken,
  overlapSeconds: number,
): string {
  const ended = withEarlierEnded(tokens, token.id, overlapSeconds);
  const earlier = ended.slice(
    0,
    ended.findIndex(({ id }) => id === token.id),
  );
  const ends = earlier.flatMap(({ scopes, expiresAt }) =>
    scopes === undefined ? [expiresAt] : [],
  );
  return ends.sort().at(-1) ?? new Date().toISOString();
}

/** Takes a token back that is not to become current. */
export async function withdrawToken(
  connections: Connections,
  connectionId: string,
  act: AdminAction,
  id: string,
): Promise<void> {
  await connections.change(connectionId, act, (connection) => ({
    ...connection,
    tokens: connection.tokens.filter((token) => token.id !== id),
  }));
}

function superseded(id: string): RotationError {
  return new RotationError('superseded', `A later rotation of the connection "${id}" came first.`);
}

/** @throws RotationError `noConnection` */
function existing(connection: Connection | undefined, id: string): Connection {
  if (connection === undefined)
    throw new RotationError('noConnection', `There is no connection "${id}".`);
  return connection;
}

function find({ tokens }: Connection, id: string): StoredToken | undefined {
  return tokens.find((token) => token.id === id);
}
