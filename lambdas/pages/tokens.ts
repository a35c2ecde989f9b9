import type { ApiRequest } from '../json-api/api-request';
import { Problem } from '../json-api/problem';
import { jsonAnswer, type Answer } from '../http/answer';
import { listTokens, revokeToken } from '../admin/tokens';
import type { Services } from '../admin/services';

/*
 * The tokens of the identity provider. Tokens with scopes are for other clients, which are not the
 * identity administrator's business.
 */

/** `GET /pages/connections/{id}/tokens`. */
export async function listMainTokens(services: Services, request: ApiRequest): Promise<Answer> {
  const tokens = await listTokens(services, request.connectionId);
  return jsonAnswer(
    200,
    tokens.filter(({ scopes }) => scopes === undefined),
  );
}

/** `DELETE /pages/connections/{id}/tokens/{tokenId}`. */
export async function revokeMainToken(services: Services, request: ApiRequest): Promise<Answer> {
  const { connectionId: id } = request;
  const tokenId = request.parameter('tokenId');
  const tokens = await listTokens(services, id);
  const isMain = tokens.some((token) => token.id === tokenId && token.scopes === undefined);
  if (!isMain) throw new Problem(404, 'There is no such token.');
  await revokeToken(services, id, tokenId);
  return { status: 204 };
}
