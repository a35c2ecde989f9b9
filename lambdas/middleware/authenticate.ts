import { Connections, type Connection } from '../../directory/connections';
import type { Table } from '../../directory/table';
import { isValidToken, readToken, type PresentedToken } from '../../directory/tokens';
import { ScimError } from '../../scim/error';
import type { ScimRequest } from './scim-request';

/**
 * Checks the bearer token of a request against the connection in its URL; one read of the table.
 * @throws ScimError 401, the same whatever is wrong with the token; 403 for a disabled connection
 */
export async function authenticate(table: Table, request: ScimRequest): Promise<Connection> {
  const presented = presentedToken(request);
  if (presented === undefined) throw unauthorized();
  const connection = await new Connections(table).find(presented.connection);
  if (connection === undefined || !isValidToken(presented, connection.tokens)) throw unauthorized();
  if (!connection.enabled) throw new ScimError(403, 'This connection is disabled.');
  return connection;
}

/** The token, when it has the right form and is one of the connection in the URL: only then is anything read for it. */
export function presentedToken({ headers, connectionId }: ScimRequest): PresentedToken | undefined {
  const [, value] = /^bearer +(\S+)$/i.exec(headers.get('authorization')?.trim() ?? '') ?? [];
  const presented = value === undefined ? undefined : readToken(value);
  return presented?.connection === connectionId ? presented : undefined;
}

function unauthorized(): ScimError {
  return new ScimError(
    401,
    'The bearer token is missing, wrong, expired or revoked, or belongs to another connection.',
    {
      headers: { 'WWW-Authenticate': 'Bearer' },
    },
  );
}
