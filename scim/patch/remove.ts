import { requiredNotRemovable } from '../errors/value-errors';
import { comparable } from '../filter/compare';
import { elementMatches } from '../filter/evaluate';
import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../json';
import { findSubAttribute, type Attribute } from '../schema/attribute';
import { describeTarget } from '../schema/resource-type';
import { normalizeElements } from './elements';
import { nonEmpty, withMember, withoutMember } from './objects';
import type { AttributePath } from './path';
import { isAmong } from './selection';

/**
 * Applies a `remove` operation to the value of one attribute (RFC 7644 section 3.5.2.2). A filter
 * that selects no element changes nothing.
 * @param current the attribute's value before the operation
 * @param named the values to remove, by tolerant rules; null for all that the path selects
 * @returns the value afterwards; undefined if the attribute is unassigned
 * @throws ScimError 400 `mutability` for a required attribute, `invalidValue` for an element that
 * cannot be identified
 */
export function removeValue(
  path: AttributePath,
  current: Json | undefined,
  named: Json = null,
): Json | undefined {
  const { attribute, subAttribute, filter } = path;
  if ((subAttribute ?? attribute).required && filter === undefined && named === null) {
    throw requiredNotRemovable(describeTarget(path));
  }
  if (current === undefined) return undefined;
  const isSelected = (element: Json): boolean =>
    filter === undefined || elementMatches(filter, element);
  if (!isArray(current)) return isSelected(current) ? rest(path, current, named) : current;
  if (subAttribute === undefined && named === null && filter === undefined) return undefined;
  const isNamed = namedElements(path, named);
  const kept = current.flatMap((element) => {
    if (!isSelected(element)) return [element];
    if (subAttribute === undefined) return isNamed(element) ? [] : [element];
    return rest(path, element, named) ?? [];
  });
  return normalizeElements(attribute, kept, []);
}

/** Returns a test of whether an operation names an element of the attribute. */
function namedElements(
  { attribute, subAttribute }: AttributePath,
  named: Json,
): (element: Json) => boolean {
  if (named === null || subAttribute !== undefined) return () => true;
  return isAmong(attribute, asList(named));
}

/** Returns what is left of a single value, or of one element, at a path. */
function rest(
  { attribute, subAttribute }: AttributePath,
  value: Json,
  named: Json,
): Json | undefined {
  if (subAttribute !== undefined) {
    return isObject(value) ? withoutPart(value, subAttribute, named) : undefined;
  }
  if (!isObject(value) || named === null) return undefined;
  const identifier = findSubAttribute(attribute, 'value');
  // A bare text names the `value`.
  const parts: JsonObject = isObject(named) ? named : { value: named };
  const wanted = ownIgnoringCase(parts, 'value');
  if (identifier !== undefined && typeof wanted === 'string') {
    const stored = value['value'];
    const isSame =
      typeof stored === 'string' &&
      comparable(identifier, stored) === comparable(identifier, wanted);
    return isSame ? undefined : value;
  }
  const left = (attribute.subAttributes ?? []).reduce((object, part) => {
    const removed = ownIgnoringCase(parts, part.name);
    return removed === undefined ? object : (withoutPart(object, part, removed) ?? {});
  }, value);
  return nonEmpty(left);
}

/**
 * Removes a sub-attribute, or the named values of a multi-valued one. A `value` goes only if it is
 * the named one: it is what the element or the reference is.
 */
function withoutPart(object: JsonObject, part: Attribute, named: Json): JsonObject | undefined {
  const values = object[part.name];
  const isWhole = !part.multiValued && part.name !== 'value';
  if (values === undefined || named === null || isWhole) {
    return nonEmpty(withoutMember(object, part.name));
  }
  const isNamed = isAmong(part, asList(named));
  const kept = asList(values).filter((value) => !isNamed(value));
  const left = isArray(values) ? kept : kept[0];
  return nonEmpty(withMember(object, part.name, kept.length === 0 ? undefined : left));
}

function asList(value: Json): readonly Json[] {
  return isArray(value) ? value : [value];
}
