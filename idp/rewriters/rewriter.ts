import { isArray, isObject, type Json, type JsonObject } from '../../scim/json';
import { splitPath } from '../../scim/patch/path';
import { findAttribute, findSubAttribute, type Attribute } from '../../scim/schema/attribute';
import type { ResourceType } from '../../scim/schema/resource-type';

/**
 * Turns one thing that identity providers send differently into the form of the RFCs. A rewriter implements the hooks it
 * needs; what it does not recognise it returns as it came, for the strict engine to judge.
 */
export interface Rewriter {
  /** Says what is rewritten; tests and docs name it so. */
  readonly name: string;
  /** The value of an attribute or sub-attribute, wherever it is sent: in a resource or in a PATCH operation. */
  readonly value?: (attribute: Attribute, value: Json) => Json;
  /** The body of a POST or PUT. */
  readonly resource?: (body: JsonObject, type: ResourceType) => JsonObject;
  /** The body of a PATCH, as a message. */
  readonly message?: (body: JsonObject) => JsonObject;
  /** One PATCH operation; none, one or several take its place. */
  readonly operation?: (operation: JsonObject, type: ResourceType) => readonly JsonObject[];
  /** The text of a filter. */
  readonly filter?: (text: string, type: ResourceType) => string;
  /** A name in `attributes` or `excludedAttributes`. */
  readonly projectedName?: (name: string, type: ResourceType) => string;
}

/** Applies a value rewriter to every attribute and sub-attribute of a resource; unknown members stay as they are. */
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

/** Applies a value rewriter to what a PATCH operation sends, with or without a path. */
export function mapOperationValues(
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
  if (target.selectsElements && target.attribute.multiValued && !isArray(value)) {
    return { ...operation, value: mapElement(target.attribute, value, rewrite) };
  }
  return { ...operation, value: mapValue(target.attribute, value, rewrite) };
}

/** The attribute or sub-attribute that a path leads to; undefined when it is malformed or unknown. */
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
    // Malformed: the engine reports it.
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
  if (isArray(rewritten)) return rewritten.map((element) => mapParts(attribute, element, rewrite));
  return mapParts(attribute, rewritten, rewrite);
}

/** An element of a multi-valued attribute that stands for itself: the attribute's own hook would take it for the list. */
function mapElement(
  attribute: Attribute,
  value: Json,
  rewrite: NonNullable<Rewriter['value']>,
): Json {
  const rewritten = rewrite(attribute, [value]);
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

/** Rewrites each member of an object; `Object.fromEntries` also keeps a member called `__proto__` an ordinary one. */
export function mapMembers(
  object: JsonObject,
  rewrite: (name: string, value: Json) => Json,
): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name,
      value === undefined ? null : rewrite(name, value),
    ]),
  );
}
