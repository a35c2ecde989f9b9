import { isArray, isObject, type Json, type JsonObject } from '../../scim/json';
import { splitPath } from '../../scim/patch/path';
import { findAttribute, findSubAttribute, type Attribute } from '../../scim/schema/attribute';
import type { ResourceType } from '../../scim/schema/resource-type';

/**
 * Turns one peculiarity of identity providers' requests into RFC form. A rewriter implements the
 * hooks that it needs. It returns anything that it does not recognize unchanged, and the strict
 * engine accepts or refuses that.
 */
export interface Rewriter {
  /** The peculiarity that is rewritten, in a few words. */
  readonly name: string;
  /** Rewrites the value of an attribute or sub-attribute, in resources and in PATCH operations. */
  readonly value?: (attribute: Attribute, value: Json) => Json;
  /** Rewrites the body of a POST or PUT. */
  readonly resource?: (body: JsonObject, type: ResourceType) => JsonObject;
  /** Rewrites the message of a PATCH, except for its operations. */
  readonly message?: (body: JsonObject) => JsonObject;
  /** Rewrites one PATCH operation to none, one or several. */
  readonly operation?: (operation: JsonObject, type: ResourceType) => readonly JsonObject[];
  /** Rewrites the text of a filter. */
  readonly filter?: (text: string, type: ResourceType) => string;
  /** Rewrites a name in `attributes`, `excludedAttributes` or `sortBy`. */
  readonly projectedName?: (name: string, type: ResourceType) => string;
}

/**
 * Returns a resource with a value rewriter applied to every attribute and sub-attribute. Unknown
 * members stay as they are.
 */
export function mapResourceValues(
  body: JsonObject,
  type: ResourceType,
  rewrite: NonNullable<Rewriter['value']>,
): JsonObject {
  return mapMembers(body, (name, value) => {
    const attribute = findAttribute(type.attributes, name);
    if (attribute !== undefined) return mapValue(attribute, value, rewrite);
    const extension = type.extension(name);
    return extension !== undefined && isObject(value)
      ? mapAttributes(extension.attributes, value, rewrite)
      : value;
  });
}

/**
 * Returns a PATCH operation, with or without a path, with a value rewriter applied to its value.
 * The value of a removal stays if nothing would be left of it: without one it removes everything.
 */
export function mapOperationValues(
  operation: JsonObject,
  type: ResourceType,
  rewrite: NonNullable<Rewriter['value']>,
): JsonObject {
  const rewritten = withRewrittenValue(operation, type, rewrite);
  const isEmptied = isNothing(rewritten['value']) && !isNothing(operation['value']);
  return operation['op'] === 'remove' && isEmptied ? operation : rewritten;
}

function isNothing(value: Json | undefined): boolean {
  return value === null || value === undefined || (isArray(value) && value.length === 0);
}

function withRewrittenValue(
  operation: JsonObject,
  type: ResourceType,
  rewrite: NonNullable<Rewriter['value']>,
): JsonObject {
  const { path, value } = operation;
  if (value === undefined) return operation;
  if (typeof path !== 'string' || path.trim() === '') {
    return isObject(value)
      ? { ...operation, value: mapResourceValues(value, type, rewrite) }
      : operation;
  }
  const target = resolveOperationPath(path, type);
  if (target === undefined) {
    const extension = type.extension(path);
    const known = extension !== undefined && isObject(value);
    return known
      ? { ...operation, value: mapAttributes(extension.attributes, value, rewrite) }
      : operation;
  }
  if (target.selectsElements && target.attribute.multiValued) {
    return { ...operation, value: mapElement(target.attribute, value, rewrite) };
  }
  return { ...operation, value: mapValue(target.attribute, value, rewrite) };
}

/**
 * Returns the attribute or sub-attribute that a path leads to, and whether a filter selects some of
 * its elements; undefined if the path is malformed or unknown.
 */
export function resolveOperationPath(
  path: string,
  type: ResourceType,
): { readonly attribute: Attribute; readonly selectsElements: boolean } | undefined {
  try {
    const parts = splitPath(path);
    const target = type.resolve(parts.attribute);
    if (target?.attribute === undefined) return undefined;
    if (parts.subAttribute === undefined) {
      return {
        attribute: target.subAttribute ?? target.attribute,
        selectsElements: parts.filter !== undefined,
      };
    }
    const subAttribute = findSubAttribute(target.attribute, parts.subAttribute);
    return subAttribute === undefined
      ? undefined
      : { attribute: subAttribute, selectsElements: false };
  } catch {
    // The path is malformed; the strict engine reports it.
    return undefined;
  }
}

function mapAttributes(
  definitions: readonly Attribute[],
  body: JsonObject,
  rewrite: NonNullable<Rewriter['value']>,
): JsonObject {
  return mapMembers(body, (name, value) => {
    const attribute = findAttribute(definitions, name);
    return attribute === undefined ? value : mapValue(attribute, value, rewrite);
  });
}

function mapValue(
  attribute: Attribute,
  value: Json,
  rewrite: NonNullable<Rewriter['value']>,
): Json {
  const rewritten = rewrite(attribute, value);
  if (isArray(rewritten)) {
    return mapElements(rewritten, (element) => mapParts(attribute, element, rewrite));
  }
  return mapParts(attribute, rewritten, rewrite);
}

/**
 * Rewrites a single element of a multi-valued attribute. It is wrapped in a list, because the hook
 * expects the attribute's whole value. A list with one element counts as the element.
 */
function mapElement(
  attribute: Attribute,
  value: Json,
  rewrite: NonNullable<Rewriter['value']>,
): Json {
  const rewritten = rewrite(attribute, isArray(value) ? value : [value]);
  if (isArray(rewritten) && rewritten.length > 1) return rewritten;
  const element = isArray(rewritten) ? (rewritten[0] ?? null) : rewritten;
  return mapParts(attribute, element, rewrite);
}

function mapParts(
  attribute: Attribute,
  value: Json,
  rewrite: NonNullable<Rewriter['value']>,
): Json {
  const { subAttributes } = attribute;
  return subAttributes !== undefined && isObject(value)
    ? mapAttributes(subAttributes, value, rewrite)
    : value;
}

/**
 * Returns an object with each member rewritten, or the object itself if no member changes.
 * `Object.fromEntries` keeps a member named `__proto__` an ordinary member.
 */
export function mapMembers(
  object: JsonObject,
  rewrite: (name: string, value: Json) => Json,
): JsonObject {
  const changed = new Map<string, Json>();
  for (const name of Object.keys(object)) {
    const value = object[name] ?? null;
    const rewritten = rewrite(name, value);
    if (rewritten !== value) changed.set(name, rewritten);
  }
  if (changed.size === 0) return object;
  return Object.fromEntries(
    Object.keys(object).map((name) => {
      const rewritten = changed.get(name);
      return [name, rewritten === undefined ? (object[name] ?? null) : rewritten];
    }),
  );
}

/** Returns a list with each element rewritten, or the list itself if no element changes. */
function mapElements(list: readonly Json[], rewrite: (element: Json) => Json): readonly Json[] {
  const rewritten = list.map(rewrite);
  return rewritten.every((element, index) => element === list[index]) ? list : rewritten;
}
