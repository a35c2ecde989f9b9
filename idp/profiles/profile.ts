import { isObject, type Json, type JsonObject } from '../../scim/json';
import type { ListQuery } from '../../scim/list/query';
import type { ProjectionRequest } from '../../scim/resource/project';
import type { ResourceType } from '../../scim/schema/resource-type';
import { mapOperationValues, mapResourceValues, type Rewriter } from '../rewriters/rewriter';

/** How one identity provider differs from the RFCs: what it sends, and what it needs back. */
export interface Profile {
  readonly name: string;
  /** Applied in this order to every request. */
  readonly rewriters: readonly Rewriter[];
  /** What a PATCH is answered with when the client names no `attributes`: the resource, or 204. */
  readonly patchAnswer: 'resource' | 'noContent';
  /** Whether two groups of a connection may not share a `displayName`. */
  readonly uniqueGroupNames: boolean;
  /** Whether a member that does not exist is refused or passed over. */
  readonly unknownMembers: 'refuse' | 'skip';
  /** Whether `replace` on a value path without a match creates what the path describes (else 400 `noTarget`). */
  readonly createMissingTarget: boolean;
  /** Whether `/Schemas` also serves the schemas of the discovery resources (RFC 7643 section 8.7.2). */
  readonly discoverySchemas: boolean;
}

/** The body of a POST or PUT in the form of the RFCs. A body that is no object is left to the engine. */
export function rewriteResource(profile: Profile, type: ResourceType, body: Json): Json {
  if (!isObject(body)) return body;
  return profile.rewriters.reduce<JsonObject>((result, { resource, value }) => {
    const rewritten = resource?.(result, type) ?? result;
    return value === undefined ? rewritten : mapResourceValues(rewritten, type, value);
  }, body);
}

/** The body of a PATCH as a message; its operations are rewritten one by one, once they are known to be objects. */
export function rewriteMessage(profile: Profile, body: Json): Json {
  if (!isObject(body)) return body;
  return profile.rewriters.reduce<JsonObject>(
    (result, { message }) => message?.(result) ?? result,
    body,
  );
}

/** PATCH operations in the form of the RFCs. */
export function rewriteOperations(
  profile: Profile,
  type: ResourceType,
  operations: readonly JsonObject[],
): readonly JsonObject[] {
  return profile.rewriters.reduce((result, rewriter) => {
    const { operation, value } = rewriter;
    const rewritten =
      operation === undefined ? result : result.flatMap((sent) => operation(sent, type));
    return value === undefined
      ? rewritten
      : rewritten.map((sent) => mapOperationValues(sent, type, value));
  }, operations);
}

/** A listing's filter and projection in the form of the RFCs. */
export function rewriteQuery(profile: Profile, type: ResourceType, query: ListQuery): ListQuery {
  const { filter, sort } = query;
  return {
    ...query,
    ...rewriteProjection(profile, type, query),
    sort: sort === undefined ? undefined : { ...sort, by: rewriteName(profile, type, sort.by) },
    filter:
      filter === undefined
        ? undefined
        : profile.rewriters.reduce(
            (text, rewriter) => rewriter.filter?.(text, type) ?? text,
            filter,
          ),
  };
}

/** The names in `attributes` and `excludedAttributes` in the form of the RFCs. */
export function rewriteProjection(
  profile: Profile,
  type: ResourceType,
  { attributes, excludedAttributes }: ProjectionRequest,
): ProjectionRequest {
  return {
    ...(attributes === undefined
      ? {}
      : { attributes: attributes.map((name) => rewriteName(profile, type, name)) }),
    ...(excludedAttributes === undefined
      ? {}
      : { excludedAttributes: excludedAttributes.map((name) => rewriteName(profile, type, name)) }),
  };
}

function rewriteName(profile: Profile, type: ResourceType, name: string): string {
  return profile.rewriters.reduce(
    (result, { projectedName }) => projectedName?.(result, type) ?? result,
    name,
  );
}
