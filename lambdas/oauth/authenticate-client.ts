import type { Connection } from '../../directory/connections/connection';
import type { Credential } from '../../directory/connections/credential';
import { matchSecret } from '../../directory/connections/oauth/clients';
import type { OAuthClient, Trust } from '../../directory/connections/oauth/oauth-settings';
import { isLive } from '../../directory/connections/tokens';
import type { Table } from '../../directory/store/table';
import type { TokenVerifier } from '../federation/token-verifier';
import { assertionProblem, type TokenProblem } from '../http/authenticate';
import type { ClientAuthentication } from './token-request';

/** An authenticated client: what its access tokens are issued for. */
export interface AuthenticatedClient {
  /** The secret or the trust, with the client's scopes. */
  readonly credential: Credential;
  /** Seconds that an access token lasts. */
  readonly accessTokenSeconds: number;
  /** RFC 3339: no access token may last longer; undefined for no limit. */
  readonly endsAt?: string;
}

/** A client that is not let in. */
export interface RefusedClient {
  readonly problem: TokenProblem;
  /** Its id if the connection has such a client. */
  readonly client?: string;
  /** Id of the secret, if the client presented one of its own that has expired. */
  readonly secret?: string;
}

/** Authenticates a client of a connection by its secret or its assertion. */
export async function authenticateClient(
  { oauth }: Connection,
  presented: ClientAuthentication,
  table: Table,
  verifier: TokenVerifier,
): Promise<AuthenticatedClient | RefusedClient> {
  if ('assertion' in presented) {
    return authenticateAssertion(oauth?.trust, presented.assertion, table, verifier);
  }
  const client = oauth?.clients.find(({ id }) => id === presented.client);
  if (client === undefined) {
    const detail = 'the connection has no client with this id';
    return { problem: { code: 'clientUnknown', detail } };
  }
  return authenticateSecret(client, presented.secret);
}

function authenticateSecret(
  client: OAuthClient,
  presented: string,
): AuthenticatedClient | RefusedClient {
  const { id, scopes, accessTokenSeconds } = client;
  const match = matchSecret(client, presented);
  if ('problem' in match) return { problem: secretProblem(match.problem, id), client: id };
  const { secret } = match;
  if (!isLive(secret)) {
    const detail = `the secret of ${id} has expired`;
    return { problem: { code: 'expiredSecret', detail }, client: id, secret: secret.id };
  }
  const credential = { ...secret, ...(scopes === undefined ? {} : { scopes }) };
  return { credential, accessTokenSeconds, endsAt: secret.expiresAt };
}

function secretProblem(
  problem: 'notASecret' | 'unknownSecret' | 'wrongSecret',
  client: string,
): TokenProblem {
  return problem === 'notASecret'
    ? { code: 'noSecret', detail: `the secret for ${client} is not one of this service` }
    : { code: 'wrongClientSecret', detail: `the secret is not one of ${client}` };
}

async function authenticateAssertion(
  trust: Trust | undefined,
  assertion: string,
  table: Table,
  verifier: TokenVerifier,
): Promise<AuthenticatedClient | RefusedClient> {
  if (trust === undefined) {
    const detail = 'the client sent an assertion, and the connection trusts no issuer';
    return { problem: { code: 'assertionWithoutTrust', detail } };
  }
  const failed = await verifier.failedCheck(table, trust, 'assertion', assertion);
  if (failed !== undefined) return { problem: assertionProblem(failed) };
  const { accessTokenSeconds } = trust;
  return { credential: trust, accessTokenSeconds };
}
