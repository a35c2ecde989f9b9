import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../../scim/json';
import { operationValue } from '../../scim/errors/patch-errors';
import { quoted } from '../../scim/errors/scim-error';
import { findAttribute, type Attribute } from '../../scim/schema/attribute';
import { resolveOperationPath, type Rewriter } from './rewriter';

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
 * Converts a `remove` with a value to one `remove` with a filter for each element. Entra ID and
 * JumpCloud send `{"op": "Remove", "path": "members", "value": [{"value": "…"}]}` (entra-docs
 * `use-scim-to-provision-users-and-groups.md`, "Update Group [Remove Members]"). The RFC defines no
 * value here; applied literally, the request would remove all members.
 */
export const removalByValue: Rewriter = {
  name: 'removal by value',
  operation(operation, type) {
    const { op, path, value } = operation;
    if (op !== 'remove' || typeof path !== 'string' || value === undefined || value === null)
      return [operation];
    const target = resolveOperationPath(path, type);
    if (target?.attribute.multiValued !== true || target.selectsElements) return [operation];
    const { attribute } = target;
    return (isArray(value) ? value : [value]).map((element) => ({
      op,
      path: `${path}[${selection(attribute, element)}]`,
    }));
  },
};

/**
 * Returns a filter that selects an element by its value and type, or by all given sub-attributes if
 * it has no value (addresses).
 * @throws ScimError 400 `invalidValue` if the element has nothing to select by
 */
function selection(attribute: Attribute, element: Json): string {
  if (attribute.subAttributes === undefined && !isObject(element))
    return `value eq ${JSON.stringify(element)}`;
  const given = isObject(element) ? element : { value: element };
  const comparisons = (attribute.subAttributes ?? []).flatMap(({ name }) => {
    const part = ownIgnoringCase(given, name);
    const isSimple = typeof part === 'boolean' || (typeof part === 'string' && part !== '');
    return isSimple ? [{ name, text: `${name} eq ${JSON.stringify(part)}` }] : [];
  });
  const hasValue = comparisons.some(({ name }) => name === 'value');
  // The value identifies a member; other sub-attributes, such as its name, may be outdated.
  const identifying = hasValue
    ? comparisons.filter(
        ({ name }) => name === 'value' || (name === 'type' && attribute.name !== 'members'),
      )
    : comparisons.filter(({ name }) => name !== '$ref');
  if (identifying.length === 0) {
    throw operationValue(
      `${quoted(JSON.stringify(element))} does not identify a value of "${attribute.name}".`,
      { attribute: attribute.name, value: element },
    );
  }
  return identifying.map(({ text }) => text).join(' and ');
}

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
 * Drops operations on extensions that the connection does not have, as a POST does. Entra ID
 * patches every attribute that the administrator mapped (entra-docs
 * `customize-application-attributes.md`).
 */
export const unknownExtensions: Rewriter = {
  name: 'unknown extensions',
  operation(operation, type) {
    const { path } = operation;
    if (typeof path !== 'string' || !/^urn:/i.test(path)) return [operation];
    const known = [type.schema, ...type.extensions].some(({ id }) => startsWithUrn(path, id));
    return known ? [operation] : [];
  },
};

function startsWithUrn(path: string, urn: string): boolean {
  const start = path.slice(0, urn.length).toLowerCase();
  return start === urn.toLowerCase() && (path.length === urn.length || path[urn.length] === ':');
}

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
