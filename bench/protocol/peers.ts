import { scimPatch, type ScimPatchOperation, type ScimResource } from 'scim-patch';
import { filter, parse, type Filter } from 'scim2-parse-filter';
import type { JsonObject } from '../../scim/json';

// SCIMMY is for browsers, too: its Node.js entry is the `import` condition's.
import SCIMMY = require('scimmy');

export { parse };

/** A filter of scim2-parse-filter, compiled as its documentation says. */
export function filterOf(parsed: Filter): (resource: JsonObject) => boolean {
  return filter(parsed);
}

/** scim-patch on a copy: it changes what it is given unless told otherwise. */
export function patchOf(resource: JsonObject, operations: readonly object[]): unknown {
  return scimPatch(resource as unknown as ScimResource, operations as ScimPatchOperation[], { mutateDocument: false });
}

/** A filter of SCIMMY, parsed. */
export function scimmyFilter(text: string): { match(values: readonly object[]): readonly object[] } {
  return new SCIMMY.Types.Filter(text);
}

/** SCIMMY's PATCH of a user, as its resource types do it. */
export function scimmyPatch(body: object, resource: JsonObject): () => Promise<unknown> {
  return () => new SCIMMY.Messages.PatchOp(body).apply(new SCIMMY.Schemas.User(resource, 'both'));
}

/** SCIMMY's projection of a user, as its answers do it. */
export function scimmyProjection(resource: JsonObject, attributes: readonly string[]): () => unknown {
  const filters = new SCIMMY.Types.Filter(attributes.map((name) => `${name} pr`).join(' and '));
  return () => new SCIMMY.Schemas.User(resource, 'out', '/Users', filters);
}
