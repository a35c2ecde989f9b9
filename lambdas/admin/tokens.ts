import { randomUUID } from 'node:crypto';
import type * as z from 'zod/mini';
import type { AdminAction } from '../../directory/connections/audit';
import type { Connection } from '../../directory/connections/connection';
import { endedTokens, type EndedState } from '../../directory/connections/ended-tokens';
import {
  isLive,
  issueToken,
  type IssuedToken,
  type StoredToken,
} from '../../directory/connections/tokens';
import {
  acceptToken,
  endEarlierTokens,
  makeCurrent,
  RotationError,
  withdrawToken,
  withToken,
} from './token-rotation';
import { noConnection, Problem } from '../json-api/problem';
import type { ISSUE_TOKEN } from './requests';
import type { ConnectionServices } from './services';

/**
 * Issues a token: without scopes a new main token, in the same steps as a scheduled rotation; with
 * scopes an additional token.
 * @param follows the latest main token as the caller knows it; undefined for any
 * @throws Problem 404, 409 for too many tokens or if `follows` is out of date, 503 if the new token
 *   does not work; then nothing has changed
 */
export async function issueConnectionToken(
  services: ConnectionServices,
  id: string,
  { scopes, expiresInDays, overlapSeconds = 0 }: z.output<typeof ISSUE_TOKEN>,
  follows?: string,
): Promise<IssuedWithEarlier> {
  const connection = await services.connections.find(id);
  if (connection === undefined) throw noConnection(id);
  const { rotation, tokenExpiresInDays } = connection;
  const days = expiresInDays ?? tokenExpiresInDays;
  if (
    rotation !== undefined &&
    scopes === undefined &&
    days < rotation.everyDays + rotation.overlapDays
  ) {
    const least = rotation.everyDays + rotation.overlapDays;
    const detail = `must be at least ${least}, or the token ends before the next rotation`;
    throw new Problem(400, `/expiresInDays ${detail}.`, [{ pointer: '/expiresInDays', detail }]);
  }
  try {
    if (scopes !== undefined) {
      const token = await issueBeside(services, id, { ...issueToken(id, days), scopes });
      return { token, earlierTokens: [] };
    }
    const ways = { expiresInDays: days, overlapSeconds, follows };
    const token = await rotate(services, connection, ways);
    return { token, earlierTokens: await endsOf(services, connection) };
  } catch (error) {
    if ((await services.connections.find(id)) === undefined) {
      // The connection was deleted meanwhile, but this call may have created its secret again.
      if (connection.secret) await services.secrets.delete(id);
      throw noConnection(id);
    }
    if (!(error instanceof RotationError)) throw error;
    const isConflict = error.reason === 'tooManyTokens' || error.reason === 'outdated';
    throw new Problem(isConflict ? 409 : 503, error.message);
  }
}

/** A new token, and when those before it end. */
export interface IssuedWithEarlier {
  readonly token: IssuedToken;
  readonly earlierTokens: readonly { readonly id: string; readonly endsAt: string }[];
}

/** Returns when the main tokens of a connection end after a rotation. */
async function endsOf(
  { connections }: ConnectionServices,
  { id, tokens }: Connection,
): Promise<IssuedWithEarlier['earlierTokens']> {
  const now = new Date().toISOString();
  const after = (await connections.find(id))?.tokens ?? [];
  return tokens
    .filter((token) => token.scopes === undefined && isLive(token))
    .map((token) => ({
      id: token.id,
      endsAt: after.find((other) => other.id === token.id)?.expiresAt ?? now,
    }));
}

async function issueBeside(
  { connections, actor }: ConnectionServices,
  id: string,
  token: IssuedToken,
): Promise<IssuedToken> {
  const action: AdminAction = { actor, action: 'token.issue' };
  const changed = await connections.change(id, action, (connection) =>
    withToken(connection, token, 0),
  );
  if (changed === undefined) throw noConnection(id);
  return token;
}

/** Settings of the replacement of a main token. */
interface Replacement {
  readonly expiresInDays: number;
  readonly overlapSeconds: number;
  readonly follows: string | undefined;
}

async function rotate(
  services: ConnectionServices,
  connection: Connection,
  { expiresInDays, overlapSeconds, follows }: Replacement,
): Promise<IssuedToken> {
  const { connections, secrets, actor, table } = services;
  const { id } = connection;
  const action: AdminAction = { actor, action: 'token.issue' };
  for (let attempt = 1; ; attempt += 1) {
    const { value } = issueToken(id, expiresInDays);
    const version = randomUUID();
    const token = await acceptToken(
      connections,
      id,
      action,
      { value, version, expiresInDays, ...(follows === undefined ? {} : { follows }) },
      overlapSeconds,
    );
    const withdraw = async (): Promise<void> => {
      await withdrawToken(connections, id, action, token.id);
      if (connection.secret) await secrets.dropPending(id, version);
    };
    try {
      if (connection.secret) await secrets.addPending(id, value, version);
      await testToken(services, id, value);
    } catch (error) {
      await withdraw();
      throw error;
    }
    try {
      if (connection.secret) await makeCurrent(connections, secrets, id, version);
      await endEarlierTokens(connections, id, action, version, overlapSeconds);
      return { ...token, value };
    } catch (error) {
      // After any other error the token may be current, and must stay valid.
      if (!(error instanceof RotationError) || error.reason !== 'superseded') throw error;
      // A concurrent rotation came first; rotate again on top of it.
      await withdraw();
      await table.retries.pause(attempt, error);
    }
  }
}

/** @throws RotationError `refused` */
async function testToken({ probe }: ConnectionServices, id: string, value: string): Promise<void> {
  // An endpoint that cannot be reached from here must not prevent replacing a leaked token.
  if ((await probe(id, value)) !== 'refused') return;
  throw new RotationError(
    'refused',
    'The SCIM endpoint refuses the new token. The earlier tokens are still valid.',
  );
}

/** A token as operators see it. */
export interface ListedToken {
  readonly id: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  /** `pending`: valid, but not current yet; `ending`: in the overlap after a rotation. */
  readonly state: 'active' | 'pending' | 'ending' | EndedState;
  readonly scopes?: readonly string[];
  /** Set for a token that has ended. */
  readonly endedAt?: string;
}

/** Lists a connection's tokens, valid ones first, ended ones for 90 days. @throws Problem 404 */
export async function listTokens(
  { connections, table }: ConnectionServices,
  id: string,
): Promise<readonly ListedToken[]> {
  const connection = await connections.find(id);
  if (connection === undefined) throw noConnection(id);
  const ended = await endedTokens(table, id);
  const listed = [...connection.tokens]
    .reverse()
    .map((token) => listedToken(token, stateOf(token)));
  return [...listed, ...ended.map((token) => listedToken(token, token.state))].sort(
    (a, b) => Number(isOver(a.state)) - Number(isOver(b.state)),
  );
}

function stateOf(token: StoredToken): ListedToken['state'] {
  if (!isLive(token)) return token.replaced === true ? 'replaced' : 'expired';
  if (token.replaced === true) return 'ending';
  return token.pending === true ? 'pending' : 'active';
}

function isOver(state: ListedToken['state']): boolean {
  return state === 'expired' || state === 'revoked' || state === 'replaced';
}

function listedToken(
  {
    id,
    createdAt,
    expiresAt,
    lastUsedAt = null,
    scopes,
    endedAt,
  }: Partial<ListedToken> & Pick<ListedToken, 'id' | 'createdAt' | 'expiresAt'>,
  state: ListedToken['state'],
): ListedToken {
  return {
    id,
    createdAt,
    expiresAt,
    lastUsedAt,
    state,
    ...(scopes === undefined ? {} : { scopes }),
    ...(endedAt === undefined ? {} : { endedAt }),
  };
}

/** Revokes a token; it is refused from the next request on. @throws Problem 404 */
export async function revokeToken(
  { connections, actor }: ConnectionServices,
  id: string,
  tokenId: string,
): Promise<void> {
  const action: AdminAction = { actor, action: 'token.revoke' };
  const changed = await connections.change(id, action, (connection) => {
    const tokens = connection.tokens.filter((token) => token.id !== tokenId);
    if (tokens.length === connection.tokens.length) throw noToken(tokenId);
    return { ...connection, tokens };
  });
  if (changed === undefined) throw noConnection(id);
}

function noToken(id: string): Problem {
  return new Problem(404, `The connection has no token "${id}" that could be revoked.`);
}
