import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../../scim/json';
import { findAttribute } from '../../scim/schema/attribute';
import type { ResourceType } from '../../scim/schema/resource-type';
import { mapMembers, type Rewriter } from './rewriter';
import { parsedText } from './values';

/**
 * Converts `op` to lower case. Entra ID sends `"op": "Replace"` without the flag `aadOptscim062020`
 * (entra-docs `use-scim-to-provision-users-and-groups.md`).
 */
export const capitalizedOperations: Rewriter = {
  name: 'capitalized operations',
  operation(operation) {
    const op = ownIgnoringCase(operation, 'op');
    return [typeof op === 'string' ? { ...operation, op: op.trim().toLowerCase() } : operation];
  },
};

/**
 * Drops readOnly attributes from a PATCH without a path. Okta sends the group's `id` with every
 * change of its name (okta-developer-docs `reference/scim/scim-20`, "Update a specific group
 * name"); other clients send `meta` as they read it.
 */
export const readOnlyBesideChanges: Rewriter = {
  name: 'readOnly attributes among changes',
  operation(operation, type) {
    const { path, value } = operation;
    if (typeof path === 'string' || !isObject(value)) return [operation];
    const kept = Object.entries(value).filter(
      ([name]) => findAttribute(type.attributes, name)?.mutability !== 'readOnly',
    );
    return [{ ...operation, value: Object.fromEntries(kept) }];
  },
};

/**
 * Normalizes the member names of an operation to lower case and drops an empty `path`, so that the
 * later rewriters need not handle these forms.
 */
export const operationMembers: Rewriter = {
  name: 'operation members in any case',
  operation(operation) {
    const members: Record<string, Json> = {};
    for (const name of ['op', 'path', 'value']) {
      const value = ownIgnoringCase(operation, name);
      if (value !== undefined) members[name] = value;
    }
    const { path, ...rest }: JsonObject = members;
    return [typeof path === 'string' && path.trim() !== '' ? members : rest];
  },
};

/**
 * Reads objects that are sent as JSON text or in a list with one element: the value of an operation
 * without a path, and the value of a whole extension (Captain-P-Goldfish/SCIM-SDK
 * `PatchRequestHandler`).
 */
export const wrappedObjects: Rewriter = {
  name: 'objects as text or in lists',
  resource: withPlainExtensions,
  operation(operation, type) {
    const { path, value } = operation;
    if (value === undefined) return [operation];
    if (typeof path === 'string') {
      const isExtension = type.extension(path) !== undefined;
      return [isExtension ? { ...operation, value: plainObject(value) } : operation];
    }
    const plain = plainObject(value);
    return [{ ...operation, value: isObject(plain) ? withPlainExtensions(plain, type) : plain }];
  },
};

function withPlainExtensions(body: JsonObject, type: ResourceType): JsonObject {
  return mapMembers(body, (name, value) =>
    type.extension(name) === undefined ? value : plainObject(value),
  );
}

function plainObject(value: Json): Json {
  const parsed = parsedText(value);
  const [only] = isArray(parsed) && parsed.length === 1 ? parsed : [];
  return isObject(only) ? only : parsed;
}
