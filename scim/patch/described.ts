import type { BoundFilter } from '../filter/bind';
import { comparable } from '../filter/compare';
import { isArray, isObject, type Json, type JsonObject } from '../json';
import { findSubAttribute, type Attribute } from '../schema/attribute';
import { withMember } from './objects';

/* What the filter of a path says about the elements that it selects. */

/**
 * Returns the element that a filter describes, such as `type eq "work" and primary eq true`;
 * undefined if the filter is more than a conjunction of equalities.
 */
export function describedElement(filter: BoundFilter): JsonObject | undefined {
  if (filter.kind === 'and') {
    const left = describedElement(filter.left);
    const right = describedElement(filter.right);
    if (left === undefined || right === undefined) return undefined;
    const isContradiction = Object.entries(right).some(
      ([name, part]) => !isArray(part) && left[name] !== undefined && left[name] !== part,
    );
    if (isContradiction) return undefined;
    return Object.entries(right).reduce<JsonObject>(
      (both, [name, part]) => withMember(both, name, appended(both[name], part)),
      left,
    );
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || filter.value === null)
    return undefined;
  const { subAttribute } = filter.target;
  if (subAttribute === undefined || filter.value === '') return undefined;
  return { [subAttribute.name]: subAttribute.multiValued ? [filter.value] : filter.value };
}

/**
 * Returns the sub-attributes by which a filter selected an element and that the new value does not
 * name. A client that replaces `addresses[type eq "work"]` expects to find a work address there
 * afterwards.
 */
export function selectedBy(filter: BoundFilter, element: Json, value: JsonObject): JsonObject {
  const kept = subAttributesIn(filter).flatMap((name) => {
    const part = isObject(element) ? element[name] : undefined;
    return value[name] !== undefined || part === undefined ? [] : [[name, part] as const];
  });
  return Object.fromEntries(kept);
}

/** Returns the names of the sub-attributes that a filter compares. */
function subAttributesIn(filter: BoundFilter): readonly string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return [...subAttributesIn(filter.left), ...subAttributesIn(filter.right)];
    case 'not':
    case 'values':
      return subAttributesIn(filter.filter);
    default:
      return filter.target.subAttribute === undefined ? [] : [filter.target.subAttribute.name];
  }
}

/**
 * Returns the index of the element that a filter describes except for `primary eq true`; -1 if
 * there is none, or the filter says more or less. Oracle's cloud names the primary address this way
 * before it is primary (jelhub/scimgateway issue 58).
 */
export function exceptPrimary(
  attribute: Attribute,
  elements: readonly Json[],
  described: Json,
): number {
  if (!isObject(described) || described['primary'] !== true) return -1;
  const { primary: _, ...others } = described;
  if (Object.keys(others).length === 0) return -1;
  const isSame = (element: Json): boolean =>
    isObject(element) &&
    Object.entries(others).every(([name, part]) => {
      const definition = findSubAttribute(attribute, name);
      const [stored, wanted] = [element[name], part];
      return definition !== undefined && typeof stored === 'string' && typeof wanted === 'string'
        ? comparable(definition, stored) === comparable(definition, wanted)
        : stored === wanted;
    });
  return elements.findIndex(isSame);
}

/** Returns the values of a sub-attribute after `add`: a list is appended, anything else is set. */
export function appended(current: Json | undefined, added: Json | undefined): Json | undefined {
  if (!isArray(current)) return added;
  return isArray(added) ? [...new Set([...current, ...added])] : current;
}
