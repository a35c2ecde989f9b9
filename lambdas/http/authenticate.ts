import type { Connection } from '../../directory/connections/connection';
import { Connections } from '../../directory/connections/connections';
import type { Table } from '../../directory/store/table';
import {
  allows,
  findValidToken,
  readToken,
  type PresentedToken,
  type StoredToken,
} from '../../directory/connections/tokens';
import { ScimError } from '../../scim/errors/scim-error';
import type { FailedCaller } from '../observability/failure-recorder';
import type { ScimRequest } from './scim-request';

/** Who sends a request. */
export interface Caller {
  readonly connection: Connection;
  readonly token: StoredToken;
}

/**
 * Checks the bearer token of a request against the connection in its URL; one read of the table.
 * @throws ScimError 401, the same whatever is wrong with the token; 403 for a disabled connection
 */
export async function authenticate(table: Table, request: ScimRequest): Promise<Caller> {
  const presented = presentedToken(request);
  if (presented === undefined) throw unauthorized();
  const connection = await new Connections(table).find(presented.connection);
  const token = findValidToken(presented, connection?.tokens ?? []);
  if (connection === undefined) throw unauthorized();
  const { tokens, endedTokens = [] } = connection;
  // By the token itself: its id is no secret.
  const isKnown = [...tokens.map(({ digest }) => digest), ...endedTokens].includes(presented.digest);
  // A token that is not current yet is tried by its own rotation alone, which knows what comes of it.
  const caller = isKnown && token?.pending !== true ? { connection, token: presented.tokenId } : undefined;
  if (token === undefined) throw unauthorized(caller);
  if (!connection.enabled) throw new RefusedCaller(403, 'This connection is disabled.', {}, caller);
  return { connection, token };
}

/** A refusal of somebody who has, or had, a token of the connection: of interest to who administers it. */
export class RefusedCaller extends ScimError {
  constructor(
    status: number,
    detail: string,
    headers: Readonly<Record<string, string>>,
    /** Undefined for a token that was never one. */
    readonly caller: FailedCaller | undefined,
  ) {
    super(status, detail, { headers });
  }
}

/** Checks that a token may do something. @throws ScimError 403 (RFC 6750 section 3.1) */
export function authorize(token: StoredToken, resources: 'users' | 'groups', access: 'read' | 'read-write'): void {
  if (allows(token, resources, access)) return;
  const scope = `${resources}:${access}`;
  throw new ScimError(403, `The bearer token lacks the scope ${scope}.`, {
    headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  });
}

/** The token, when it has the right form and is one of the connection in the URL: only then is anything read for it. */
export function presentedToken({ headers, connectionId }: ScimRequest): PresentedToken | undefined {
  const [, value] = /^bearer +(\S+)$/i.exec(headers.get('authorization')?.trim() ?? '') ?? [];
  const presented = value === undefined ? undefined : readToken(value);
  return presented?.connection === connectionId ? presented : undefined;
}

function unauthorized(caller?: FailedCaller): ScimError {
  return new RefusedCaller(
    401,
    'The bearer token is missing, wrong, expired or revoked, or belongs to another connection.',
    { 'WWW-Authenticate': 'Bearer' },
    caller,
  );
}
