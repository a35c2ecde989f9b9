import * as z from 'zod/mini';
import type { ApiRequest } from '../json-api/api-request';
import { Problem } from '../json-api/problem';
import { jsonAnswer, type Answer } from '../http/answer';
import { describeToken } from '../admin/representation';
import { issueConnectionToken, listTokens, revokeToken } from '../admin/tokens';
import { readBody, integerBetween } from '../json-api/read-body';
import type { Services } from '../admin/services';

/*
 * Main tokens only. Tokens with scopes are for other clients, which the identity administrator does
 * not manage.
 */

/** `GET /pages/connections/{id}/tokens`. */
export async function listMainTokens(services: Services, request: ApiRequest): Promise<Answer> {
  const tokens = await listTokens(services, request.connectionId);
  return jsonAnswer(
    200,
    tokens.filter(({ scopes }) => scopes === undefined),
  );
}

const NEW_TOKEN = z.strictObject({
  overlapSeconds: integerBetween(0, 31_536_000),
  /** The latest token when the form was shown. */
  follows: z.string().check(z.maxLength(100)),
});

/**
 * `POST /pages/connections/{id}/tokens`: a new token, once for each form. Sending the form again,
 * or loading the page with the token again, must not end the token that was just shown.
 */
export async function issueMainToken(services: Services, request: ApiRequest): Promise<Answer> {
  const { overlapSeconds, follows } = readBody(NEW_TOKEN, request.body);
  const { token, earlierTokens } = await issueConnectionToken(
    services,
    request.connectionId,
    { overlapSeconds },
    follows,
  );
  return jsonAnswer(201, { ...describeToken(token), earlierTokens });
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
