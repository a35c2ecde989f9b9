import type { JsonObject } from '../../scim/json';
import { LIMITS } from '../../scim/limits';
import { CURSOR_SECONDS } from '../../scim/list/cursor';
import { SERVICE_PROVIDER_CONFIG_URN } from '../../scim/schema/representation';

/** Returns the ServiceProviderConfig (RFC 7643 section 5) with the limits that are enforced. */
export function serviceProviderConfig(baseUrl: string): JsonObject {
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
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: "A connection's bearer token, sent in the Authorization header.",
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}
