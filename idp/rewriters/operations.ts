import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../../scim/json';
import { operationValue } from '../../scim/errors/patch-errors';
import { quoted } from '../../scim/errors/scim-error';
import { findAttribute, type Attribute } from '../../scim/schema/attribute';
import { resolveOperationPath, type Rewriter } from './rewriter';

/** `"op": "Replace"`: Entra ID without `aadOptscim062020` (entra-docs `use-scim-to-provision-users-and-groups.md`). */
export const capitalizedOperations: Rewriter = {
  name: 'capitalised operations',
  operation(operation) {
    const op = ownIgnoringCase(operation, 'op');
    return [typeof op === 'string' ? { ...operation, op: op.trim().toLowerCase() } : operation];
  },
};

/**
 * `remove` with a list of what to remove: Entra ID and JumpCloud send `{"op": "Remove", "path": "members", "value": [{"value":
 * "…"}]}` (entra-docs `use-scim-to-provision-users-and-groups.md`, "Update Group [Remove Members]"). The RFC has no value there;
 * taken literally the request would empty the group.
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
 * The filter that selects an element by its value and type, or by all that is given where it has no value, as an address.
 * @throws ScimError 400 `invalidValue` when nothing in the element says which one is meant
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
  // A member is its value; what else is sent of it, such as its name, may be out of date.
  const telling = hasValue
    ? comparisons.filter(
        ({ name }) => name === 'value' || (name === 'type' && attribute.name !== 'members'),
      )
    : comparisons.filter(({ name }) => name !== '$ref');
  if (telling.length === 0) {
    throw operationValue(
      `Nothing in ${quoted(JSON.stringify(element))} says which of "${attribute.name}" to remove.`,
      { attribute: attribute.name, value: element },
    );
  }
  return telling.map(({ text }) => text).join(' and ');
}

/**
 * readOnly attributes in a PATCH without a path: Okta sends the group's `id` along with every change of its name
 * (okta-developer-docs `reference/scim/scim-20`, "Update a specific group name"), others send `meta` as they read it.
 */
export const readOnlyBesideChanges: Rewriter = {
  name: 'readOnly attributes beside changes',
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
 * Attributes of an extension that the connection does not have: Entra ID patches what the administrator mapped
 * (entra-docs `customize-application-attributes.md`). They are dropped, as in a POST.
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

/** Names of members in any case and `path: ""` for none, so that the rewriters behind this one need not ask. */
export const operationMembers: Rewriter = {
  name: 'members of an operation',
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
