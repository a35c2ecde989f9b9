import { requiredNotRemovable } from '../errors/value-errors';
import { elementMatches } from '../filter/evaluate';
import { isArray, isObject, type Json } from '../json';
import { describeTarget } from '../schema/resource-type';
import { normalizeElements } from './elements';
import { nonEmpty, withoutMember } from './objects';
import type { AttributePath } from './path';
import { isAmong } from './selection';

/**
 * Applies a `remove` operation to the value of one attribute (RFC 7644 section 3.5.2.2). A filter
 * that selects no element changes nothing.
 * @param current the attribute's value before the operation
 * @param named the elements to remove; null for all that the path selects
 * @returns the value afterwards; undefined if the attribute is unassigned
 * @throws ScimError 400 `mutability` for a required attribute
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
  if (!isArray(current)) {
    if (filter !== undefined && !elementMatches(filter, current)) return current;
    return subAttribute === undefined || !isObject(current)
      ? undefined
      : nonEmpty(withoutMember(current, subAttribute.name));
  }
  if (isArray(named)) {
    const isNamed = isAmong(attribute, named);
    return normalizeElements(
      attribute,
      current.filter((element) => !isNamed(element)),
      [],
    );
  }
  const rest = current.flatMap((element) => {
    if (filter !== undefined && !elementMatches(filter, element)) return [element];
    if (subAttribute === undefined || !isObject(element)) return [];
    return [withoutMember(element, subAttribute.name)];
  });
  return filter === undefined && subAttribute === undefined
    ? undefined
    : normalizeElements(attribute, rest, []);
}
