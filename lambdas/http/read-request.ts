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
import { loggablePath } from '../../scim/patch/path';
import { parseOperations, readPatchMessage, type PatchOperation } from '../../scim/patch/request';
import { checkReplacement } from '../../scim/patch/understood';
import { Projection } from '../../scim/resource/project';
import { parseResource, type Attributes } from '../../scim/resource/parse';
import { isLoggableName, unknownAttributes } from '../../scim/resource/unknown';
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
  return profile.tolerant && isObject(body) ? { schemas: [urn], ...body } : body;
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
export function readResource(context: RequestContext, type: ResourceType): Json {
  const { request, profile, failures } = context;
  const body = rewriteResource(profile, type, readJson(request));
  failures.recordIgnored(request, unknownAttributes(type, body));
  return body;
}

/**
 * Reads and parses the body of a PUT. Tolerant profiles, which leave out what they do not
 * understand, must not remove what is stored thereby.
 * @throws ScimError 400, 413, 415
 */
export function readReplacement(context: RequestContext, type: ResourceType): Attributes {
  const body = readResource(context, type);
  const parsed = parseResource(type, body);
  if (context.profile.tolerant) checkReplacement(type, body, parsed);
  return parsed;
}

/** Reads the operations of a PATCH. @throws ScimError 400, 413, 415 */
export function readOperations(
  { request, profile, failures }: RequestContext,
  type: ResourceType,
): readonly PatchOperation[] {
  const message = readPatchMessage(rewriteMessage(profile, readJson(request)), profile);
  const operations = rewriteOperations(profile, type, message);
  for (const { path, value = null } of operations) {
    if (path === undefined) failures.recordIgnored(request, unknownAttributes(type, value));
  }
  return parseOperations(type, operations, profile, (path) => {
    const attribute = loggablePath(type, path) ?? path;
    if (isLoggableName(attribute)) failures.recordIgnored(request, [attribute]);
  });
}

/**
 * Returns whether the client named attributes, in which case 204 is not allowed (RFC 7644 section
 * 3.5.2).
 */
export function namesAttributes({ request }: RequestContext): boolean {
  const { attributes, excludedAttributes } = parseProjection(request.parameters);
  return attributes !== undefined || excludedAttributes !== undefined;
}
