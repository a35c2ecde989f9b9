import {
  rewriteMessage,
  rewriteOperations,
  rewriteProjection,
  rewriteResource,
} from '../../idp/profiles/profile';
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
import type { ResourceType } from '../../scim/schema/resource-type';
import { readJson } from './json-body';
import type { RequestContext } from './request-context';

/* Reads what a client sent: parses it after the profile's rewriters brought it into RFC form. */

/** Reads the query parameters of a listing. @throws ScimError 400 */
export function readListParameters({ request }: RequestContext): ListQuery {
  return parseListQuery(request.parameters);
}

/** Reads the body of a search by POST (RFC 7644 section 3.4.3). @throws ScimError 400, 413, 415 */
export function readSearchBody(context: RequestContext): ListQuery {
  return parseSearchRequest(readMessage(context, SEARCH_REQUEST_URN));
}

/**
 * Reads the body of a protocol message. Tolerant profiles accept it without `schemas`.
 * @throws ScimError 400, 413, 415
 */
export function readMessage({ request, profile }: RequestContext, urn: string): Json {
  const body = readJson(request);
  const isTolerant = profile.rewriters.length > 0;
  return isTolerant && isObject(body) ? { schemas: [urn], ...body } : body;
}

/** Reads `attributes` and `excludedAttributes`. @throws ScimError 400 `invalidValue` */
export function readProjection(
  { request, profile }: RequestContext,
  type: ResourceType,
): Projection {
  const sent = parseProjection(request.parameters);
  return new Projection(type, rewriteProjection(profile, type, sent));
}

/** Reads the body of a POST or PUT. @throws ScimError 400 `invalidSyntax`, 413, 415 */
export function readResource({ request, profile }: RequestContext, type: ResourceType): Json {
  return rewriteResource(profile, type, readJson(request));
}

/** Reads the operations of a PATCH. @throws ScimError 400, 413, 415 */
export function readOperations(
  { request, profile }: RequestContext,
  type: ResourceType,
): readonly PatchOperation[] {
  const message = readPatchMessage(rewriteMessage(profile, readJson(request)));
  return parseOperations(type, rewriteOperations(profile, type, message));
}

/**
 * Returns whether the client named attributes, in which case 204 is not allowed (RFC 7644 section
 * 3.5.2).
 */
export function namesAttributes({ request }: RequestContext): boolean {
  const { attributes, excludedAttributes } = parseProjection(request.parameters);
  return attributes !== undefined || excludedAttributes !== undefined;
}
