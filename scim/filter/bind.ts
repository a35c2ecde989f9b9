import { invalidFilter, sensitiveAttribute } from '../errors/filter-errors';
import { isArray, isObject, own, type Json, type JsonObject } from '../json';
import { findSubAttribute, type Attribute } from '../schema/attribute';
import { describeTarget, type ResourceType, type Target } from '../schema/resource-type';
import type { Comparison, ComparisonOperator, ComparisonValue, Filter, Presence } from './ast';
import { comparisonTest } from './compare';

/**
 * A filter whose names are resolved against a schema and whose comparisons are compiled. The directory plans with its
 * targets, `matches` evaluates it.
 */
export type BoundFilter =
  | BoundComparison
  | { readonly kind: 'present'; readonly target: Target }
  | { readonly kind: 'and' | 'or'; readonly left: BoundFilter; readonly right: BoundFilter }
  | { readonly kind: 'not'; readonly filter: BoundFilter }
  | { readonly kind: 'values'; readonly target: Target; readonly filter: BoundFilter };

export interface BoundComparison {
  readonly kind: 'compare';
  /** Always a simple attribute: `emails eq` is bound to `emails.value`. */
  readonly target: Target;
  readonly operator: ComparisonOperator;
  readonly value: ComparisonValue;
  readonly test: (stored: Json) => boolean;
}

/**
 * Resolves a filter's names against a resource type.
 * @throws ScimError 400 `invalidFilter` for an unknown attribute or an operator that its type does not have;
 *   403 `sensitive` for an attribute that is never returned (RFC 7644 section 7.5.2 and table 9)
 */
export function bindFilter(filter: Filter, type: ResourceType): BoundFilter {
  return bind(filter, (path) => resolveAttribute(type, path));
}

/**
 * Resolves a filter of a search across several resource types against each: an attribute that a type does not have is unassigned in its
 * resources, as long as another one has it (RFC 7644 section 3.4.2.1).
 * @throws as `bindFilter`
 */
export function bindFilterAcross(
  filter: Filter,
  types: readonly ResourceType[],
): readonly BoundFilter[] {
  return types.map((type) =>
    bind(filter, (path) => {
      const target = resolveAttribute(type, path);
      if (target !== undefined) return target;
      const elsewhere = types
        .map((other) => resolveAttribute(other, path))
        .find((other) => other !== undefined);
      return elsewhere === undefined ? undefined : { ...elsewhere, extension: ELSEWHERE };
    }),
  );
}

/** A container that no resource has: what is looked for there is unassigned. */
const ELSEWHERE = '';

function resolveAttribute(type: ResourceType, path: string): Target | undefined {
  const target = type.resolve(path);
  return target?.attribute === undefined ? undefined : target;
}

/**
 * Resolves the filter inside the brackets of a value path, whose names are sub-attributes of the target.
 * @throws as `bindFilter`
 */
export function bindValueFilter(filter: Filter, parent: Target): BoundFilter {
  return bind(filter, (path) => {
    const subAttribute = findSubAttribute(parent.attribute, path);
    if (subAttribute !== undefined) return { ...parent, subAttribute };
    // The elements of a simple multi-valued attribute are their own `value` (RFC 7643 section 2.4).
    return parent.attribute.type !== 'complex' && path.toLowerCase() === 'value'
      ? parent
      : undefined;
  });
}

type Resolve = (path: string) => Target | undefined;

function bind(filter: Filter, resolve: Resolve): BoundFilter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return {
        kind: filter.kind,
        left: bind(filter.left, resolve),
        right: bind(filter.right, resolve),
      };
    case 'not':
      return { kind: 'not', filter: bind(filter.filter, resolve) };
    case 'present':
      return { kind: 'present', target: resolved(filter, resolve) };
    case 'compare':
      return bindComparison(filter, resolved(filter, resolve));
    case 'values': {
      const target = resolved(filter, resolve);
      if (target.subAttribute !== undefined) {
        throw invalidFilter(
          filter.position,
          `"${filter.path}" has no values to filter; filter "${target.attribute.name}"`,
        );
      }
      return { kind: 'values', target, filter: bindValueFilter(filter.filter, target) };
    }
  }
}

function bindComparison(filter: Comparison, target: Target): BoundComparison {
  const leaf = leafTarget(filter, target);
  const { operator, value } = filter;
  if (value !== null) {
    return {
      kind: 'compare',
      target: leaf,
      operator,
      value,
      test: comparisonTest(leafAttribute(leaf), operator, value),
    };
  }
  // A stored value is never null: `eq null` asks for an unassigned attribute, `ne null` for an assigned one.
  if (operator !== 'eq' && operator !== 'ne') {
    throw invalidFilter(filter.position, `null can be compared with "eq" and "ne" only`);
  }
  return { kind: 'compare', target: leaf, operator, value, test: () => operator === 'ne' };
}

/** `emails eq "…"`, `manager eq "…"`, `members eq "…"` compare the value of each element (RFC 7643 section 2.4). */
function leafTarget(filter: Comparison, target: Target): Target {
  if (target.subAttribute !== undefined || target.attribute.type !== 'complex') return target;
  const value = findSubAttribute(target.attribute, 'value');
  if (value === undefined) {
    throw invalidFilter(
      filter.position,
      `"${filter.path}" is complex; compare one of its sub-attributes`,
    );
  }
  return { ...target, subAttribute: value };
}

function resolved(
  filter: Comparison | Presence | { path: string; position: number },
  resolve: Resolve,
): Target {
  const target = resolve(filter.path);
  if (target === undefined)
    throw invalidFilter(filter.position, `there is no attribute "${filter.path}"`);
  if (leafAttribute(target).returned === 'never') {
    throw sensitiveAttribute(describeTarget(target), 'filtered on');
  }
  return target;
}

/** The attribute that a target finally names: the sub-attribute where there is one. */
export function leafAttribute(target: Target): Attribute {
  return target.subAttribute ?? target.attribute;
}

/** Whether a filter asks for an attribute of the core schema at all. */
export function mentions(filter: BoundFilter, attributeName: string): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return mentions(filter.left, attributeName) || mentions(filter.right, attributeName);
    case 'not':
      return mentions(filter.filter, attributeName);
    default:
      return (
        filter.target.extension === undefined && filter.target.attribute.name === attributeName
      );
  }
}

/** Whether a resource matches. */
export function matches(filter: BoundFilter, resource: JsonObject): boolean {
  return evaluate(filter, resource, findIn);
}

/** Whether one element of a multi-valued attribute matches the filter in a value path's brackets. */
export function elementMatches(filter: BoundFilter, element: Json): boolean {
  return evaluate(filter, element, findInElement);
}

/** Looks for a value at a target that passes a test: undefined when there is no value at all. */
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
      // An unassigned attribute is identical to null and to nothing else (RFC 7643 section 2.5).
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
  const part =
    subAttribute === undefined
      ? value
      : isObject(value)
        ? own(value, subAttribute.name)
        : undefined;
  return part === undefined ? undefined : test(part);
}

/** `pr`: "has a non-empty or non-null value, or … a non-empty node for complex attributes". */
function isPresent(value: Json): boolean {
  if (isObject(value))
    return Object.values(value).some((part) => part !== undefined && isPresent(part));
  return value !== null && value !== '' && !(isArray(value) && value.length === 0);
}

/** The stored values at a target: none when it is unassigned, several when an attribute on the way is multi-valued. */
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
    if (part !== undefined) parts.push(part);
  }
  return parts;
}
