import { CONNECTION_ID } from '../../directory/connections/connection';
import {
  readAccessToken,
  type PresentedAccessToken,
} from '../../directory/connections/oauth/access-tokens';
import { digestOf, readToken, type PresentedToken } from '../../directory/connections/tokens';
import { isJwt } from '../federation/token-verifier';
import type { ScimRequest } from './scim-request';

/** A token of the identity provider itself, in place of one of this service. */
export interface PresentedJwt {
  readonly connection: string;
  /** SHA-256 of the whole token, base64url. */
  readonly digest: string;
  readonly jwt: string;
}

/** A bearer token of the Authorization header, in one of three forms. */
export type PresentedCredential = PresentedToken | PresentedAccessToken | PresentedJwt;

/**
 * Returns the credential of a request, if it is well-formed and names the connection in the URL or
 * none. For anything else nothing is read from the table.
 */
export function presentedCredential(request: ScimRequest): PresentedCredential | undefined {
  const value = bearerToken(request);
  if (value === undefined) return undefined;
  const { connectionId: connection } = request;
  const presented = readToken(value) ?? readAccessToken(value);
  if (presented !== undefined) {
    return presented.connection === connection ? presented : undefined;
  }
  if (!CONNECTION_ID.test(connection) || !isJwt(value)) return undefined;
  return { connection, digest: digestOf(value), jwt: value };
}

/** Returns the value of the Authorization header, if its scheme is `Bearer`. */
export function bearerToken({ headers }: ScimRequest): string | undefined {
  const header = headers.get('authorization')?.trim() ?? '';
  return /^bearer +(\S+)$/i.exec(header)?.[1];
}
