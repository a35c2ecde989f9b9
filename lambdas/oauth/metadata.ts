import { CONNECTION_ID } from '../../directory/connections/connection';
import { TOKEN_SCOPES } from '../../directory/connections/tokens';
import { ALGORITHMS } from '../../idp/federation/claims';
import { TOKEN_PATH } from '../contract';
import { jsonAnswer, type Answer } from '../http/answer';
import type { ScimRequest } from '../http/scim-request';

/**
 * Describes a connection's token endpoint (RFC 8414 section 2). The answer is the same for every
 * connection, so that it does not show which ones exist.
 * @param request with the connection's base URL, which is the issuer
 */
export function metadataAnswer({ connectionId, baseUrl }: ScimRequest): Answer {
  if (!CONNECTION_ID.test(connectionId)) return jsonAnswer(404, { error: 'not_found' });
  return jsonAnswer(200, {
    issuer: baseUrl,
    token_endpoint: `${baseUrl}${TOKEN_PATH}`,
    scopes_supported: TOKEN_SCOPES,
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ],
    token_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
  });
}
