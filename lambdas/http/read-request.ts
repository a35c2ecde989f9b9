import { rewriteMessage, rewriteOperations, rewriteProjection, rewriteResource } from '../../idp/profiles/profile';
import { isObject, type Json } from '../../scim/json';
import {
  parseListQuery,
  parseProjection,
  parseSearchRequest,
  SEARCH_REQUEST_URN,
  type ListQuery,
} from '../../scim/list/query';
import { parseOperations, readPatchMessage, type PatchOperation } from '../../scim/patch/request';
import { Projection } from '../../scim/resource/project';
import type { ResourceView } from '../../scim/resource/resource';
import type { ResourceType } from '../../scim/schema/resource-type';
import { noContentAnswer, type Answer } from './answer';
import type { Exchange } from './request-context';
import { readJson } from './scim-request';

/** What a client asked for, in the form of the RFCs: read, rewritten by the connection's profile, parsed. */

/** The parameters of a listing. @throws ScimError 400 */
export function readListParameters({ request }: Exchange): ListQuery {
  return parseListQuery(request.parameters);
}

/** The body of a search by POST (RFC 7644 section 3.4.3). @throws ScimError 400, 413, 415 */
export function readSearchBody(exchange: Exchange): ListQuery {
  return parseSearchRequest(readMessage(exchange, SEARCH_REQUEST_URN));
}

/** The body of a message of the protocol; tolerant profiles do without its `schemas`. @throws ScimError 400, 413, 415 */
export function readMessage({ request, profile }: Exchange, urn: string): Json {
  const body = readJson(request);
  const isTolerant = profile.rewriters.length > 0;
  return isTolerant && isObject(body) ? { schemas: [urn], ...body } : body;
}

/** @throws ScimError 400 `invalidValue` */
export function readProjection({ request, profile }: Exchange, type: ResourceType): Projection {
  return new Projection(type, rewriteProjection(profile, type, parseProjection(request.parameters)));
}

/** The body of a POST or PUT. @throws ScimError 400 `invalidSyntax`, 413, 415 */
export function readResource({ request, profile }: Exchange, type: ResourceType): Json {
  return rewriteResource(profile, type, readJson(request));
}

/** The operations of a PATCH. @throws ScimError 400, 413, 415 */
export function readOperations({ request, profile }: Exchange, type: ResourceType): readonly PatchOperation[] {
  const message = readPatchMessage(rewriteMessage(profile, readJson(request)));
  return parseOperations(type, rewriteOperations(profile, type, message));
}

/** Whether the client said which attributes it wants back: then a 204 would not do (RFC 7644 section 3.5.2). */
export function namesAttributes({ request }: Exchange): boolean {
  const { attributes, excludedAttributes } = parseProjection(request.parameters);
  return attributes !== undefined || excludedAttributes !== undefined;
}

/**
 * The answer to a change: the resource, or 204 where the client prefers it (RFC 7240, `return=minimal`) or its profile wants it of a PATCH. A POST is 201
 * in any case.
 * @param resource for the headers of an answer without a body
 * @param whole makes the answer with the resource
 */
export async function changeAnswer(
  exchange: Exchange,
  method: 'POST' | 'PUT' | 'PATCH',
  resource: ResourceView,
  whole: () => Promise<Answer>,
): Promise<Answer> {
  const preference = PREFERENCE.exec(exchange.request.headers.get('prefer') ?? '')?.[1]?.toLowerCase();
  const ofProfile = method === 'PATCH' && exchange.profile.patchAnswer === 'noContent' && !namesAttributes(exchange);
  const silent = preference === undefined ? ofProfile : preference === 'minimal';
  const answer = silent ? noContentAnswer(resource, method === 'POST' ? 201 : 204) : await whole();
  if (preference === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'Preference-Applied': `return=${preference}` } };
}

/** RFC 7240 section 2: a list of preferences, each a token with an optional value in quotes or not. */
const PREFERENCE = /(?:^|[,;])\s*return\s*=\s*"?(minimal|representation)"?\s*(?:$|[,;])/i;
