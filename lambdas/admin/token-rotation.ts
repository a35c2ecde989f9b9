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
 * The steps of a rotation, on demand and on schedule. A new token is valid before it becomes the
 * secret's current value, and earlier tokens end afterwards, so that there always is a valid token.
 * Secrets Manager moves the label `AWSCURRENT` only from the version that has it, and this code
 * moves it only to a token that became valid later. Therefore concurrent rotations leave the last
 * token both current and valid. Every step is idempotent.
 */

/** A rotation that cannot be completed. */
export class RotationError extends Error {
  constructor(
    readonly reason:
      'noConnection' | 'tooManyTokens' | 'superseded' | 'outdated' | 'refused' | 'unreachable',
    message: string,
  ) {
    super(message);
    this.name = 'RotationError';
  }
}

/** For the people whose form was sent twice, or beside another one. */
const OUTDATED =
  'A token was created or revoked in the meantime. A new token is shown once, and loading its ' +
  'page again does not create another. If you do not have it, open the page Tokens and create a ' +
  'new one.';

/** A token that is to become a connection's main token. */
export interface Candidate {
  readonly value: string;
  /** The secret's version that holds it; random for a connection without a secret. */
  readonly version: string;
  readonly expiresInDays: number;
  /** The latest main token that the caller knows; any other is `outdated`. @default - any */
  readonly follows?: string;
}

/** Returns the id of the latest main token of a connection; empty without one. */
export function latestToken({ tokens }: Connection): string {
  return tokens.findLast(({ scopes }) => scopes === undefined)?.id ?? '';
}

/**
 * Makes a token valid in addition to the existing ones. A token that has ended is not revived.
 * @param overlapSeconds how long earlier tokens stay valid; with 0 there is always room for a new
 *   one
 * @throws RotationError `noConnection`, `tooManyTokens`, `superseded`, `outdated`
 */
export async function acceptToken(
  connections: Connections,
  connectionId: string,
  action: AdminAction,
  { value, version, expiresInDays, follows }: Candidate,
  overlapSeconds: number,
): Promise<StoredToken> {
  const token: StoredToken = {
    ...tokenOf(value, expiresInDays),
    secretVersion: version,
    pending: true,
  };
  if (await connections.hasEnded(connectionId, token.id)) throw superseded(connectionId);
  const changed = await connections.change(connectionId, action, (connection) => {
    if (connection.tokens.some(({ id }) => id === token.id)) return connection;
    if (follows !== undefined && follows !== latestToken(connection)) {
      throw new RotationError('outdated', OUTDATED);
    }
    return withToken(connection, token, overlapSeconds);
  });
  return find(existing(changed, connectionId), token.id) ?? token;
}

/** Adds a token to a connection and drops expired ones. @throws RotationError `tooManyTokens` */
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
 * @throws RotationError `noConnection`, or `superseded` if a later token is current or this one has
 *   ended
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
    // The current version is the same as before the failure, so a retry would fail again.
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
 * Ends the main tokens that are older than the token of a version.
 * @param alongside creates writes for the same transaction, from the token and the time at which
 *   the last of the earlier tokens ends
 */
export async function endEarlierTokens(
  connections: Connections,
  connectionId: string,
  action: AdminAction,
  version: string,
  overlapSeconds: number,
  alongside: (token: StoredToken, earlierUntil: string) => readonly Write[] = () => [],
): Promise<StoredToken | undefined> {
  const before = existing(await connections.find(connectionId), connectionId);
  const token = before.tokens.find(({ secretVersion }) => secretVersion === version);
  // A later token has ended it, and all earlier ones, too.
  if (token === undefined) return undefined;
  await connections.change(
    connectionId,
    action,
    (connection) => ({
      ...connection,
      tokens: withEarlierEnded(connection.tokens, token.id, overlapSeconds),
    }),
    alongside(token, endOfEarlier(before.tokens, token, overlapSeconds)),
  );
  return token;
}

/** Returns when the last main token before a token ends. */
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

/** Removes a token that will not become current. */
export async function withdrawToken(
  connections: Connections,
  connectionId: string,
  action: AdminAction,
  id: string,
): Promise<void> {
  await connections.change(connectionId, action, (connection) => ({
    ...connection,
    tokens: connection.tokens.filter((token) => token.id !== id),
  }));
}

function superseded(id: string): RotationError {
  return new RotationError('superseded', `A later rotation of connection "${id}" came first.`);
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
