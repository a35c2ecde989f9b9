import { tooManyOperations } from '../../scim/errors/request-errors';
import { isObject, type Json, type JsonObject } from '../../scim/json';
import { LIMITS } from '../../scim/limits';
import type { ListQuery } from '../../scim/list/query';
import type { ProjectionRequest } from '../../scim/resource/project';
import type { PatchRules } from '../../scim/patch/rules';
import type { ResourceType } from '../../scim/schema/resource-type';
import { mapOperationValues, mapResourceValues, type Rewriter } from '../rewriters/rewriter';

/** How one identity provider differs from the RFCs, in its requests and in the answers it needs. */
export interface Profile extends PatchRules {
  /** As in `IDENTITY_PROVIDERS`. */
  readonly name: string;
  /** The rewriters that are applied to every request, in this order. */
  readonly rewriters: readonly Rewriter[];
  /** The answer to a PATCH that names no `attributes`: the resource, or 204. */
  readonly patchAnswer: 'resource' | 'noContent';
  /** Whether a group's `displayName` must be unique within its connection. */
  readonly uniqueGroupNames: boolean;
  /** Whether members that do not exist are refused or skipped. */
  readonly unknownMembers: 'refuse' | 'skip';
  /**
   * Whether `/Schemas` also serves the schemas of the discovery resources (RFC 7643 section 8.7.2).
   */
  readonly discoverySchemas: boolean;
}

/**
 * Rewrites the body of a POST or PUT into RFC form. A body that is not an object is returned as it
 * is; the strict engine refuses it.
 */
export function rewriteResource(profile: Profile, type: ResourceType, body: Json): Json {
  if (!isObject(body)) return body;
  return profile.rewriters.reduce<JsonObject>((result, { resource, value }) => {
    const rewritten = resource?.(result, type) ?? result;
    return value === undefined ? rewritten : mapResourceValues(rewritten, type, value);
  }, body);
}

/**
 * Rewrites the message of a PATCH into RFC form, except for its operations: `rewriteOperations`
 * rewrites these once they are known to be objects.
 */
export function rewriteMessage(profile: Profile, body: Json): Json {
  if (!isObject(body)) return body;
  return profile.rewriters.reduce<JsonObject>(
    (result, { message }) => message?.(result) ?? result,
    body,
  );
}

/**
 * Rewrites PATCH operations into RFC form.
 * @throws ScimError 413 if they become too many
 */
export function rewriteOperations(
  profile: Profile,
  type: ResourceType,
  operations: readonly JsonObject[],
): readonly JsonObject[] {
  return profile.rewriters.reduce((result, rewriter) => {
    const { operation, value } = rewriter;
    const rewritten =
      operation === undefined ? result : result.flatMap((sent) => operation(sent, type));
    if (rewritten.length > LIMITS.patchOperations) {
      throw tooManyOperations('PATCH', LIMITS.patchOperations);
    }
    return value === undefined
      ? rewritten
      : rewritten.map((sent) => mapOperationValues(sent, type, value));
  }, operations);
}

/** Rewrites the filter, sort attribute and projection of a list query into RFC form. */
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

/** Rewrites the names in `attributes` and `excludedAttributes` into RFC form. */
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
