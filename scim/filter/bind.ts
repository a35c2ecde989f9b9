import { invalidFilter, sensitiveAttribute } from '../errors/filter-errors';
import { quoted, ScimError } from '../errors/scim-error';
import type { Json } from '../json';
import { findSubAttribute, type Attribute } from '../schema/attribute';
import { describeTarget, type ResourceType, type Target } from '../schema/resource-type';
import type { Comparison, ComparisonOperator, ComparisonValue, Filter, Presence } from './ast';
import { comparisonTest } from './compare';

/**
 * A filter with its names resolved against a schema and its comparisons compiled. `evaluate.ts`
 * evaluates it; the directory plans its table reads from the targets.
 */
export type BoundFilter =
  | BoundComparison
  | { readonly kind: 'present'; readonly target: Target }
  | { readonly kind: 'and' | 'or'; readonly left: BoundFilter; readonly right: BoundFilter }
  | { readonly kind: 'not'; readonly filter: BoundFilter }
  | { readonly kind: 'values'; readonly target: Target; readonly filter: BoundFilter };

/** A comparison with its attribute resolved. */
export interface BoundComparison {
  readonly kind: 'compare';
  /** Always a simple attribute: `emails eq` is bound to `emails.value`. */
  readonly target: Target;
  readonly operator: ComparisonOperator;
  readonly value: ComparisonValue;
  /** Tests one stored value. */
  readonly test: (stored: Json) => boolean;
}

/**
 * Resolves a filter's names against a resource type.
 * @throws ScimError 400 `invalidFilter` for an unknown attribute or an operator that its type does
 * not support (RFC 7644 table 9), 403 `sensitive` for an attribute that is never returned (RFC 7644
 * section 7.5.2)
 */
export function bindFilter(filter: Filter, type: ResourceType): BoundFilter {
  return bind(filter, (path) => resolveAttribute(type, path));
}

/**
 * Resolves a filter against each type of a search across several resource types. An attribute that
 * only another type has is treated as unassigned (RFC 7644 section 3.4.2.1).
 * @returns one filter for each type, in the same order
 * @throws ScimError as `bindFilter`; `invalidFilter` for an attribute that no type has
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
      return elsewhere === undefined ? undefined : { ...elsewhere, extension: NO_EXTENSION };
    }),
  );
}

/** The URN of an extension that no resource has, so that its attributes are always unassigned. */
const NO_EXTENSION = '';

function resolveAttribute(type: ResourceType, path: string): Target | undefined {
  const target = type.resolve(path);
  return target?.attribute === undefined ? undefined : target;
}

/**
 * Resolves the filter in the brackets of a value path. Its names are sub-attributes of the parent.
 * @throws ScimError as `bindFilter`
 */
export function bindValueFilter(filter: Filter, parent: Target): BoundFilter {
  return bind(filter, (path) => {
    const subAttribute = findSubAttribute(parent.attribute, path);
    if (subAttribute !== undefined) return { ...parent, subAttribute };
    // An element of a simple multi-valued attribute is its own `value` (RFC 7643 section 2.4).
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
      return { kind: 'present', target: resolveTarget(filter, resolve) };
    case 'compare':
      return bindComparison(filter, resolveTarget(filter, resolve));
    case 'values': {
      const target = resolveTarget(filter, resolve);
      if (target.subAttribute !== undefined) {
        throw invalidFilter(
          filter.position,
          `${quoted(filter.path)} has no values to filter; filter "${target.attribute.name}"`,
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
    try {
      const test = comparisonTest(leafAttribute(leaf), operator, value);
      return { kind: 'compare', target: leaf, operator, value, test };
    } catch (error) {
      throw error instanceof ScimError ? error.with({ attribute: describeTarget(leaf) }) : error;
    }
  }
  // Stored values are never null: `eq null` matches unassigned attributes, `ne null` assigned ones.
  if (operator !== 'eq' && operator !== 'ne') {
    throw invalidFilter(filter.position, `null can only be compared with "eq" and "ne"`);
  }
  return { kind: 'compare', target: leaf, operator, value, test: () => operator === 'ne' };
}

/**
 * Returns the simple attribute to compare: `emails eq "…"`, `manager eq "…"` and `members eq "…"`
 * compare the `value` of each element (RFC 7643 section 2.4).
 */
function leafTarget(filter: Comparison, target: Target): Target {
  if (target.subAttribute !== undefined || target.attribute.type !== 'complex') return target;
  const value = findSubAttribute(target.attribute, 'value');
  if (value === undefined) {
    throw invalidFilter(
      filter.position,
      `${quoted(filter.path)} is complex; compare one of its sub-attributes`,
    );
  }
  return { ...target, subAttribute: value };
}

function resolveTarget(
  filter: Comparison | Presence | { path: string; position: number },
  resolve: Resolve,
): Target {
  const target = resolve(filter.path);
  if (target === undefined)
    throw invalidFilter(filter.position, `there is no attribute ${quoted(filter.path)}`);
  if (leafAttribute(target).returned === 'never') {
    throw sensitiveAttribute(describeTarget(target), 'filtered on');
  }
  return target;
}

/** Returns the attribute that a target leads to: its sub-attribute, if it has one. */
export function leafAttribute(target: Target): Attribute {
  return target.subAttribute ?? target.attribute;
}
