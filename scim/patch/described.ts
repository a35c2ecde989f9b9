import type { BoundFilter } from '../filter/bind';
import { comparable } from '../filter/compare';
import { isArray, isObject, type Json, type JsonObject } from '../json';
import { findSubAttribute, type Attribute } from '../schema/attribute';

/* What the filter of a path says about the elements that it selects. */

/**
 * Returns the element that a filter describes, such as `type eq "work" and primary eq true`;
 * undefined if the filter is more than a conjunction of equalities, or contradicts itself.
 */
export function describedElement(filter: BoundFilter): JsonObject | undefined {
  const parts = new Map<string, Set<Json>>();
  const lists = new Set<string>();
  const collect = (part: BoundFilter): boolean => {
    if (part.kind === 'and') return collect(part.left) && collect(part.right);
    if (part.kind !== 'compare' || part.operator !== 'eq') return false;
    const { subAttribute } = part.target;
    if (subAttribute === undefined || part.value === null || part.value === '') return false;
    const { name, multiValued } = subAttribute;
    parts.set(name, (parts.get(name) ?? new Set()).add(part.value));
    if (multiValued) lists.add(name);
    return lists.has(name) || parts.get(name)?.size === 1;
  };
  if (!collect(filter)) return undefined;
  return Object.fromEntries(
    [...parts].map(([name, values]) => [name, lists.has(name) ? [...values] : [...values][0]]),
  );
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
