import { scimPatch, type ScimPatchOperation, type ScimResource } from 'scim-patch';
import { filter, parse, type Filter } from 'scim2-parse-filter';
import type { JsonObject } from '../../scim/json';

// SCIMMY has a separate browser entry; its Node.js entry is behind the `import` condition.
import SCIMMY = require('scimmy');

export { parse };

/** Compiles a filter of scim2-parse-filter as its documentation describes. */
export function filterOf(parsed: Filter): (resource: JsonObject) => boolean {
  return filter(parsed);
}

/** Applies scim-patch to a copy: by default, it mutates its input. */
export function patchOf(resource: JsonObject, operations: readonly object[]): unknown {
  return scimPatch(resource as unknown as ScimResource, operations as ScimPatchOperation[], {
    mutateDocument: false,
  });
}

/** Parses a filter with SCIMMY. */
export function scimmyFilter(text: string): {
  match(values: readonly object[]): readonly object[];
} {
  return new SCIMMY.Types.Filter(text);
}

/** Creates a PATCH of a user with SCIMMY, as its resource types apply it. */
export function scimmyPatch(body: object, resource: JsonObject): () => Promise<unknown> {
  return () => new SCIMMY.Messages.PatchOp(body).apply(new SCIMMY.Schemas.User(resource, 'both'));
}

/** Creates a projection of a user with SCIMMY, as its responses apply it. */
export function scimmyProjection(
  resource: JsonObject,
  attributes: readonly string[],
): () => unknown {
  const filters = new SCIMMY.Types.Filter(attributes.map((name) => `${name} pr`).join(' and '));
  return () => new SCIMMY.Schemas.User(resource, 'out', '/Users', filters);
}
