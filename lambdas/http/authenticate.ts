import type { Connection } from '../../directory/connections/connection';
import { Connections } from '../../directory/connections/connections';
import {
  allows,
  findValidToken,
  isLive,
  readToken,
  tokenLength,
  type PresentedToken,
  type StoredToken,
} from '../../directory/connections/tokens';
import type { Table } from '../../directory/store/table';
import { connectionDisabled, scopeMissing, unauthorized } from '../../scim/errors/access-errors';
import type { TokenProblemCode } from '../../idp/setup-check/setup-facts';
import type { ScimError } from '../../scim/errors/scim-error';
import type { IdentifiedCaller } from '../observability/failure-recorder';
import type { ScimRequest } from './scim-request';

/** A connection's identity provider, authenticated by a token. */
export interface Caller {
  readonly connection: Connection;
  readonly token: StoredToken;
}

/** A caller that is not let in. */
export interface Refusal {
  /** 401, the same whatever is wrong with the token, or 403 for a disabled connection. */
  readonly refusal: ScimError;
  /** Set if the caller presented a token that belongs or belonged to the connection. */
  readonly identified: IdentifiedCaller | undefined;
  /** Why the token is unknown, for the connection's log; never contains the secret. */
  readonly problem?: TokenProblem;
}

/** Reason why a request has no valid token. */
export interface TokenProblem {
  readonly code: TokenProblemCode;
  /** The same in words. */
  readonly detail: string;
  /** Number of characters that are missing from the token. */
  readonly missing?: number;
}

/** Authenticates a request by the connection in its URL and its bearer token; one table read. */
export async function authenticate(table: Table, request: ScimRequest): Promise<Caller | Refusal> {
  const presented = presentedToken(request);
  if (presented === undefined) return refused(undefined, problemOf(request));
  const connection = await new Connections(table).find(presented.connection);
  const token = findValidToken(presented, connection?.tokens ?? []);
  if (connection === undefined) return { refusal: unauthorized(), identified: undefined };
  const { tokens, endedTokens = [] } = connection;
  // Compared by digest: a token's id is not a secret.
  const isKnown = [...tokens.map(({ digest }) => digest), ...endedTokens].includes(
    presented.digest,
  );
  // A pending token is only used by its own rotation, which handles the result itself.
  const identified =
    isKnown && token?.pending !== true ? { connection, token: presented.tokenId } : undefined;
  if (token === undefined) {
    const hasId = tokens.some((stored) => stored.id === presented.tokenId && isLive(stored));
    const problem: TokenProblem = hasId
      ? {
          code: 'wrongSecret',
          detail: `the token has the id ${presented.tokenId} of a valid token, but another secret`,
        }
      : { code: 'unknownToken', detail: 'no valid token of the connection has its id' };
    return refused(identified, problem);
  }
  if (!connection.enabled) return { refusal: connectionDisabled(), identified };
  return { connection, token };
}

function refused(identified: IdentifiedCaller | undefined, problem: TokenProblem): Refusal {
  return { refusal: unauthorized(), identified, problem };
}

/** Says what is wrong with a header that has no token of the connection in the URL. */
function problemOf({ headers, connectionId }: ScimRequest): TokenProblem {
  const header = headers.get('authorization')?.trim() ?? '';
  if (header === '') return { code: 'noHeader', detail: 'the request has no Authorization header' };
  const [, value] = /^bearer +(\S+)$/i.exec(header) ?? [];
  if (value === undefined) {
    return { code: 'noToken', detail: 'the Authorization header has no bearer token' };
  }
  if (readToken(value) !== undefined) {
    return { code: 'otherConnection', detail: 'the token is of another connection' };
  }
  if (!value.startsWith('scim_')) {
    return { code: 'foreignToken', detail: 'the token is not one of this service' };
  }
  const missing = tokenLength(connectionId) - value.length;
  return {
    code: 'incomplete',
    detail: 'the token is incomplete: it may have been cut off when it was copied',
    ...(value.startsWith(`scim_${connectionId}_`) && missing > 0 ? { missing } : {}),
  };
}

/** Checks that a token's scopes cover a request. @throws ScimError 403 */
export function authorize(
  token: StoredToken,
  resources: 'users' | 'groups',
  access: 'read' | 'read-write',
): void {
  if (!allows(token, resources, access)) throw scopeMissing(`${resources}:${access}`);
}

/**
 * Returns the bearer token, if it is well-formed and names the connection in the URL. For any other
 * token nothing is read from the table.
 */
export function presentedToken({ headers, connectionId }: ScimRequest): PresentedToken | undefined {
  const header = headers.get('authorization')?.trim() ?? '';
  const [, value] = /^bearer +(\S+)$/i.exec(header) ?? [];
  const presented = value === undefined ? undefined : readToken(value);
  return presented?.connection === connectionId ? presented : undefined;
}
