import { isArray, isObject, type Json, type JsonObject } from '../json';
import { findAttribute, findSubAttribute, type Attribute } from '../schema/attribute';
import type { ResourceType } from '../schema/resource-type';

/** Maximum number of names that are returned. */
const MAXIMUM_NAMES = 20;

/** Returns whether a name is safe to log: a client may send anything as a name. */
export function isLoggableName(name: string): boolean {
  return NAME.test(name);
}

const NAME = /^(?:urn:[\w:.-]{1,200}|[A-Za-z$][\w$-]{0,39}(?:\.[\w$-]{1,40})?)$/i;

/**
 * Returns the names in a resource that its type does not have, so that they are dropped (RFC 7644
 * section 3.3): attributes, sub-attributes (`name.nickname`), extensions and their attributes.
 */
export function unknownAttributes(type: ResourceType, body: Json): readonly string[] {
  const found = new Set<string>();
  if (!isObject(body)) return [];
  addUnknown(found, type.attributes, body, '', type);
  for (const { id, attributes } of type.extensions) {
    for (const [name, extension] of Object.entries(body)) {
      const isThis = name.length === id.length && name.toLowerCase() === id.toLowerCase();
      if (isThis && isObject(extension)) addUnknown(found, attributes, extension, `${id}:`);
    }
  }
  return [...found];
}

function addUnknown(
  found: Set<string>,
  definitions: readonly Attribute[],
  object: JsonObject,
  prefix: string,
  type?: ResourceType,
): void {
  for (const [name, value] of Object.entries(object)) {
    if (found.size >= MAXIMUM_NAMES) return;
    const attribute = findAttribute(definitions, name);
    if (attribute !== undefined) addUnknownParts(found, attribute, value, prefix);
    else if (NAME.test(name) && type?.extension(name) === undefined) found.add(prefix + name);
  }
}

function addUnknownParts(
  found: Set<string>,
  attribute: Attribute,
  value: Json | undefined,
  prefix: string,
): void {
  if (attribute.subAttributes === undefined) return;
  for (const element of isArray(value) ? value : [value]) {
    for (const name of isObject(element) ? Object.keys(element) : []) {
      const isUnknown = findSubAttribute(attribute, name) === undefined && NAME.test(name);
      if (isUnknown && found.size < MAXIMUM_NAMES) found.add(`${prefix}${attribute.name}.${name}`);
    }
  }
}
