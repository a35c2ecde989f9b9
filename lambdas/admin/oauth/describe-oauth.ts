import type { IssuedSecret } from '../../../directory/connections/oauth/clients';
import type {
  ClientSecret,
  OAuthClient,
  Trust,
} from '../../../directory/connections/oauth/oauth-settings';
import { isLive } from '../../../directory/connections/tokens';
import { TOKEN_PATH } from '../../contract';
import type { Services } from '../services';

/* The JSON of clients and trust. It contains no secrets, except for a new secret's value. */

/** Describes a client with its secrets. */
export function describeClient(
  services: Services,
  connection: string,
  { id, displayName, scopes, accessTokenSeconds, createdAt, secrets }: OAuthClient,
): object {
  return {
    id,
    displayName,
    ...(scopes === undefined ? {} : { scopes }),
    accessTokenSeconds,
    createdAt,
    tokenEndpoint: tokenEndpointOf(services, connection),
    secrets: secrets.map(describeSecret),
  };
}

function describeSecret(secret: ClientSecret): object {
  const { id, createdAt, expiresAt, lastUsedAt } = secret;
  const state = isLive(secret) ? 'active' : 'expired';
  return { id, createdAt, expiresAt, lastUsedAt: lastUsedAt ?? null, state };
}

/** Describes a secret that was just issued, with its value. */
export function describeIssuedSecret({ id, value, createdAt, expiresAt }: IssuedSecret): object {
  return { id, value, createdAt, expiresAt };
}

/** Describes a trust. */
export function describeTrust(
  services: Services,
  connection: string,
  { declared: _, lastUsedAt, ...trust }: Trust,
): object {
  const lastUse = { lastUsedAt: lastUsedAt ?? null };
  return { ...trust, ...lastUse, tokenEndpoint: tokenEndpointOf(services, connection) };
}

/** Returns the URL of a connection's token endpoint. */
export function tokenEndpointOf({ scimBaseUrl }: Services, connection: string): string {
  return `${scimBaseUrl(connection)}${TOKEN_PATH}`;
}
