import { rewriteMessage, rewriteOperations, rewriteProjection, rewriteQuery, rewriteResource } from '../../idp/profile';
import { bindFilter, type BoundFilter } from '../../scim/filter/bind';
import { parseFilter } from '../../scim/filter/parse';
import type { Json } from '../../scim/json';
import { parseListQuery, parseProjection } from '../../scim/list/query';
import { parseOperations, readPatchMessage, type PatchOperation } from '../../scim/patch/request';
import { Projection } from '../../scim/resource/project';
import type { ResourceType } from '../../scim/schema/resource-type';
import type { Exchange } from './scim-handler';
import { readJson } from './scim-request';

/** What a client asked for, in the form of the RFCs: read, rewritten by the connection's profile, parsed. */

export interface Listing {
  readonly filter: BoundFilter | undefined;
  readonly startIndex: number;
  readonly count: number;
  readonly projection: Projection;
}

/** @throws ScimError 400 `invalidFilter` or `invalidValue`, 403 `sensitive` */
export function readListing({ request, profile }: Exchange, type: ResourceType): Listing {
  const query = rewriteQuery(profile, type, parseListQuery(request.parameters));
  return {
    filter: query.filter === undefined ? undefined : bindFilter(parseFilter(query.filter), type),
    startIndex: query.startIndex,
    count: query.count,
    projection: new Projection(type, query),
  };
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
