import { AcceptedRequests } from '../../directory/requests/accepted-requests';
import type { OperationResult } from '../../directory/requests/result-item';
import { requestEvent } from '../../events/request-event';
import { eventClaims } from '../../events/security-events/claims';
import { tokenId, type UnsignedToken } from '../../events/security-events/poll';
import { TOKEN_MEDIA_TYPE } from '../../events/security-events/token';
import { methodNotAllowed } from '../../scim/errors/request-errors';
import { notFound } from '../../scim/errors/resource-errors';
import { shortened } from '../../scim/errors/scim-error';
import { jsonAnswer, type Answer } from '../http/answer';
import type { RequestContext } from '../http/request-context';
import type { TokenIssuer } from './token-issuer';

/** Tokens for the client itself are those of no stream. */
const CLIENT = { id: 'client' };

/** The form of the id of a request. */
const TXN = /^[0-9a-f-]{36}$/;

/**
 * Serves the completion of a request that was performed after its answer: a token, or for a bulk
 * request a token for each operation. Until then, the answer is 202.
 * @throws ScimError 404, 405
 * @see https://www.rfc-editor.org/rfc/rfc9967#section-2.5.1
 */
export async function serveCompletion(
  { request, table, connection }: RequestContext,
  issuer: TokenIssuer,
): Promise<Answer> {
  if (request.method !== 'GET') throw methodNotAllowed(request.method, ['GET']);
  const txn = request.resourceId ?? '';
  const requests = new AcceptedRequests(table, connection.id);
  const outcome = TXN.test(txn) ? await requests.outcome(txn) : undefined;
  if (outcome === undefined) throw notFound(`Request ${shortened(txn)}`);
  if (!outcome.isComplete) return { status: 202, headers: { 'Retry-After': '1' } };
  const tokens = outcome.results.flatMap((result) => tokenOf(connection.id, result));
  const sets = await issuer.signAll({}, tokens);
  if (outcome.isBulk) {
    return jsonAnswer(200, { sets }, { 'Content-Type': 'application/json; charset=utf-8' });
  }
  const [body = ''] = Object.values(sets);
  return { status: 200, headers: { 'Content-Type': TOKEN_MEDIA_TYPE }, body };
}

/** Returns the token of a result; it is the same for each request of the client. */
function tokenOf(connection: string, result: OperationResult): readonly UnsignedToken[] {
  const event = { ...requestEvent(connection, result), sequence: 0, position: 0 };
  const claims = eventClaims(event, 'notice');
  if (claims === undefined) return [];
  const issuedAt = Math.floor(Date.parse(result.at) / 1000);
  return [{ jti: tokenId(CLIENT, event), issuedAt, claims }];
}
