import { isArray, isObject, own, type Json, type JsonObject } from '../json';
import type { Attribute } from '../schema/attribute';
import type { Target } from '../schema/resource-type';
import type { BoundFilter } from './bind';

/** Returns whether a resource matches a filter (RFC 7644 section 3.4.2.2). */
export function matches(filter: BoundFilter, resource: JsonObject): boolean {
  return evaluate(filter, resource, findIn);
}

/**
 * Returns whether a resource matches a filter without regard to one attribute of the core schema.
 * @param attributeName undefined for none
 * @returns undefined if that depends on the attribute
 */
export function matchesWithout(
  attributeName: string | undefined,
  filter: BoundFilter,
  resource: JsonObject,
): boolean | undefined {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const decisive = filter.kind === 'or';
      const left = matchesWithout(attributeName, filter.left, resource);
      if (left === decisive) return left;
      const right = matchesWithout(attributeName, filter.right, resource);
      return right === decisive || left !== undefined ? right : undefined;
    }
    case 'not': {
      const inner = matchesWithout(attributeName, filter.filter, resource);
      return inner === undefined ? undefined : !inner;
    }
    default: {
      const { extension, attribute } = filter.target;
      const depends = extension === undefined && attribute.name === attributeName;
      return depends ? undefined : matches(filter, resource);
    }
  }
}

/** Returns whether an element of an attribute matches the filter in a value path's brackets. */
export function elementMatches(filter: BoundFilter, element: Json): boolean {
  return evaluate(filter, element, findInElement);
}

/**
 * Returns whether a value at a target passes a test; undefined if the target has no value. A find
 * function makes the same evaluation work for resources and for elements.
 */
type Find<T> = (subject: T, target: Target, test: (value: Json) => boolean) => boolean | undefined;

function evaluate<T extends Json>(filter: BoundFilter, subject: T, find: Find<T>): boolean {
  switch (filter.kind) {
    case 'and':
      return evaluate(filter.left, subject, find) && evaluate(filter.right, subject, find);
    case 'or':
      return evaluate(filter.left, subject, find) || evaluate(filter.right, subject, find);
    case 'not':
      return !evaluate(filter.filter, subject, find);
    case 'present':
      return find(subject, filter.target, isPresent) === true;
    case 'compare':
      // An unassigned attribute equals null and nothing else (RFC 7643 section 2.5).
      return (
        find(subject, filter.target, filter.test) ??
        (filter.value === null ? filter.operator === 'eq' : filter.operator === 'ne')
      );
    case 'values':
      return (
        find(subject, filter.target, (element) => elementMatches(filter.filter, element)) === true
      );
  }
}

function findIn(
  resource: JsonObject,
  { extension, attribute, subAttribute }: Target,
  test: (value: Json) => boolean,
): boolean | undefined {
  const container = extension === undefined ? resource : own(resource, extension);
  const value = isObject(container) ? own(container, attribute.name) : undefined;
  if (value === undefined) return undefined;
  if (!isArray(value)) return findInPart(value, subAttribute, test);
  let found: boolean | undefined;
  for (const element of value) {
    found = findInPart(element, subAttribute, test) ?? found;
    if (found === true) return true;
  }
  return found;
}

function findInElement(
  element: Json,
  { subAttribute }: Target,
  test: (value: Json) => boolean,
): boolean | undefined {
  return findInPart(element, subAttribute, test);
}

function findInPart(
  value: Json,
  subAttribute: Attribute | undefined,
  test: (value: Json) => boolean,
): boolean | undefined {
  if (subAttribute === undefined) return test(value);
  const part = isObject(value) ? own(value, subAttribute.name) : undefined;
  if (part === undefined) return undefined;
  // A multi-valued sub-attribute matches if one of its values does.
  return isArray(part) ? part.some(test) : test(part);
}

/** `pr`: "has a non-empty or non-null value, or … a non-empty node for complex attributes". */
export function isPresent(value: Json): boolean {
  if (isObject(value))
    return Object.values(value).some((part) => part !== undefined && isPresent(part));
  return value !== null && value !== '' && !(isArray(value) && value.length === 0);
}

/**
 * Returns the stored values at a target: none if it is unassigned, several if the attribute is
 * multi-valued.
 */
export function valuesAt(
  resource: JsonObject,
  { extension, attribute, subAttribute }: Target,
): readonly Json[] {
  const container = extension === undefined ? resource : own(resource, extension);
  if (!isObject(container)) return [];
  const value = own(container, attribute.name);
  if (value === undefined) return [];
  const elements = isArray(value) ? value : [value];
  if (subAttribute === undefined) return elements;
  const parts: Json[] = [];
  for (const element of elements) {
    const part = isObject(element) ? own(element, subAttribute.name) : undefined;
    if (isArray(part)) parts.push(...part);
    else if (part !== undefined) parts.push(part);
  }
  return parts;
}

/** Returns the number of comparisons that evaluating a filter takes at most. */
export function comparisonsIn(filter: BoundFilter): number {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return comparisonsIn(filter.left) + comparisonsIn(filter.right);
    case 'not':
    case 'values':
      return comparisonsIn(filter.filter);
    default:
      return 1;
  }
}
