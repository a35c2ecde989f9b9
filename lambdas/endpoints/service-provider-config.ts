import type { Connection } from '../../directory/connections/connection';
import type { StreamMode } from '../../directory/streams/stream';
import { eventUris } from '../../events/security-events/event-uris';
import { tokenUseOf } from '../../idp/federation/issuers';
import type { JsonObject } from '../../scim/json';
import { LIMITS } from '../../scim/limits';
import { CURSOR_SECONDS } from '../../scim/list/cursor';
import { SERVICE_PROVIDER_CONFIG_URN } from '../../scim/schema/representation';

/**
 * Returns the ServiceProviderConfig (RFC 7643 section 5) with the limits that are enforced, and the
 * ways of authentication that the connection accepts.
 * @param modes of the streams with the connection's events; without any, nothing is said about
 *   security events, because strict clients refuse attributes that RFC 7643 does not have
 */
export function serviceProviderConfig(
  baseUrl: string,
  { oauth }: Pick<Connection, 'oauth'>,
  modes: ReadonlySet<StreamMode>,
): JsonObject {
  return {
    schemas: [SERVICE_PROVIDER_CONFIG_URN],
    documentationUri: 'https://www.npmjs.com/package/cdk-scim',
    patch: { supported: true },
    bulk: {
      supported: true,
      maxOperations: LIMITS.bulkOperations,
      maxPayloadSize: LIMITS.bodyBytes,
    },
    filter: { supported: true, maxResults: LIMITS.maximumPage },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    // RFC 9865 section 4
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: LIMITS.defaultPage,
      maxPageSize: LIMITS.maximumPage,
      cursorTimeout: CURSOR_SECONDS,
    },
    // RFC 9967 section 4
    ...(modes.size === 0
      ? {}
      : { securityEvents: { asyncRequest: 'request', eventUris: eventUris(modes) } }),
    authenticationSchemes: authenticationSchemes(oauth),
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}

function authenticationSchemes(oauth: Connection['oauth']): readonly JsonObject[] {
  const bearer = {
    type: 'oauthbearertoken',
    name: 'Bearer token',
    description: "A connection's bearer token, sent in the Authorization header.",
    specUri: 'https://www.rfc-editor.org/info/rfc6750',
    primary: true,
  };
  const clients = {
    type: 'oauth2',
    name: 'OAuth 2.0 client credentials',
    description: 'An access token that the token endpoint issues for a client id and a secret.',
    specUri: 'https://www.rfc-editor.org/info/rfc6749',
  };
  const federation = {
    type: 'oauth2',
    name: 'Workload identity federation',
    description: 'An access token that the token endpoint issues for an assertion of the issuer.',
    specUri: 'https://www.rfc-editor.org/info/rfc7523',
  };
  const blankToken = {
    type: 'oauthbearertoken',
    name: 'Token of the identity provider',
    description: "The identity provider's own token, sent in the Authorization header.",
    specUri: 'https://www.rfc-editor.org/info/rfc6750',
  };
  const use = oauth?.trust === undefined ? undefined : tokenUseOf(oauth.trust.issuer);
  return [
    bearer,
    ...(oauth === undefined || oauth.clients.length === 0 ? [] : [clients]),
    ...(use === 'assertion' ? [federation] : []),
    ...(use === 'blankToken' ? [blankToken] : []),
  ];
}
