import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../../scim/json';
import { findAttribute } from '../../scim/schema/attribute';
import type { ResourceType } from '../../scim/schema/resource-type';
import { plainObject } from './json-text';
import { mapMembers, resolveOperationPath, type Rewriter } from './rewriter';

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
    const { path = null, ...rest }: JsonObject = members;
    const isMissing = path === null || (typeof path === 'string' && path.trim() === '');
    return [isMissing ? rest : members];
  },
};

/**
 * Drops removals that name nothing: `{"op": "remove", "path": "members", "value": ""}` comes from a
 * template with an empty variable. Without its value the operation would remove everything.
 */
export const removalOfNothing: Rewriter = {
  name: 'removals of nothing',
  operation(operation, type) {
    const { op, path, value } = operation;
    if (op !== 'remove' || typeof path !== 'string' || value === undefined) return [operation];
    const target = resolveOperationPath(path, type);
    const isList = target?.attribute.multiValued === true && !target.selectsElements;
    return isList && namesNothing(value) ? [] : [operation];
  },
};

/** Returns whether a value consists of empty strings, lists and objects; null is no value. */
function namesNothing(value: Json): boolean {
  if (typeof value === 'string') return value.trim() === '';
  if (isArray(value)) return value.every(namesNothing);
  return isObject(value) && Object.keys(value).length > 0
    ? Object.values(value).every((part) => part === undefined || namesNothing(part))
    : false;
}

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
    const extension = typeof path === 'string' ? type.extension(path) : undefined;
    if (typeof path === 'string' && extension === undefined) return [operation];
    const plain = plainObject(value);
    if (!isObject(plain)) return [{ ...operation, value: plain }];
    const inside = extension === undefined ? undefined : ownIgnoringCase(plain, extension.id);
    return [{ ...operation, value: inside ?? withPlainExtensions(plain, type) }];
  },
};

function withPlainExtensions(body: JsonObject, type: ResourceType): JsonObject {
  return mapMembers(body, (name, value) =>
    type.extension(name) === undefined ? value : plainObject(value),
  );
}
