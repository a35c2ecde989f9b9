import { leafAttribute, type BoundComparison, type BoundFilter } from '../../scim/filter/bind';
import {
  describeTarget,
  type DerivedName,
  type IndexedAttribute,
  type IndexedAttributes,
  type ResourceType,
  type ResourceTypeName,
} from '../../scim/schema/resource-type';
import { valuePartition } from '../store/keys';
import { keyFormsOf, type KeyForms } from './unique-and-indexed-values';

/**
 * How the candidates for a filter are found. A plan finds every resource that matches and possibly
 * others, so each candidate is evaluated against the whole filter afterwards.
 */
export type Plan = KeyPlan | { readonly by: 'scan' };

/** A plan that only looks up keys. */
export type KeyPlan =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'value'; readonly attribute: IndexedAttribute; readonly forms: KeyForms }
  /** By an element of a derived attribute: groups by a member, users by a group. */
  | { readonly by: 'derived'; readonly attribute: DerivedName; readonly value: string }
  | { readonly by: 'union'; readonly plans: readonly KeyPlan[] };

/** Estimates the cost of a plan: roughly the number of candidates. */
function cost(plan: Plan): number {
  switch (plan.by) {
    case 'id':
      return 1;
    case 'value':
      return plan.attribute.unique ? 2 : 3;
    case 'derived':
      return plan.attribute === 'members' ? 10 : 1000;
    case 'union':
      return plan.plans.reduce((sum, part) => sum + cost(part), 0);
    case 'scan':
      return Number.POSITIVE_INFINITY;
  }
}

/**
 * Compiles a filter to its cheapest plan: a key lookup for an equality of an indexed attribute, the
 * cheaper side of an `and`, both sides of an `or`, and otherwise a scan of the connection's
 * resources.
 */
export function planFilter(
  filter: BoundFilter,
  indexed: IndexedAttributes,
  type: ResourceType,
): Plan {
  switch (filter.kind) {
    case 'compare':
      return planComparison(filter, indexed, type);
    case 'values':
      // A matching element satisfies the whole inner filter, so the plan for it finds the resource.
      return planFilter(filter.filter, indexed, type);
    case 'and':
      return cheaper(
        planFilter(filter.left, indexed, type),
        planFilter(filter.right, indexed, type),
      );
    case 'or':
      return union(planFilter(filter.left, indexed, type), planFilter(filter.right, indexed, type));
    default:
      return { by: 'scan' };
  }
}

function planComparison(
  { operator, target, value }: BoundComparison,
  indexed: IndexedAttributes,
  type: ResourceType,
): Plan {
  if (operator !== 'eq' || typeof value !== 'string') return { by: 'scan' };
  const name = describeTarget(target);
  if (name === 'id') return { by: 'id', id: value };
  // The collection has resources of one type only, so no resource can match another type.
  if (name === 'meta.resourceType' && value !== type.name) return { by: 'union', plans: [] };
  const { derived } = type;
  if (derived !== undefined && name === `${derived}.value`) {
    return { by: 'derived', attribute: derived, value };
  }
  const attribute = indexed.find((candidate) => candidate.name === name);
  // Empty strings are not indexed.
  if (attribute === undefined || value === '' || leafAttribute(target).type !== 'string') {
    return { by: 'scan' };
  }
  return { by: 'value', attribute, forms: keyFormsOf(attribute, value) };
}

/** Returns the partitions that list the resources with the value of a plan, in all forms. */
export function lookupPartitions(
  connection: string,
  type: ResourceTypeName,
  { attribute, forms }: Extract<KeyPlan, { by: 'value' }>,
): readonly string[] {
  const { current, former } = forms;
  return [current, ...(former === undefined ? [] : [former])].map((form) =>
    valuePartition(connection, type, attribute.name, form),
  );
}

function cheaper(left: Plan, right: Plan): Plan {
  return cost(right) < cost(left) ? right : left;
}

function union(left: Plan, right: Plan): Plan {
  if (left.by === 'scan' || right.by === 'scan') return { by: 'scan' };
  return { by: 'union', plans: [left, right] };
}

/**
 * Returns the lookups of a plan, each once: a filter may repeat a comparison hundreds of times.
 */
export function lookupsOf(plan: KeyPlan): readonly KeyPlan[] {
  const lookups = leavesOf(plan);
  return [...new Map(lookups.map((lookup) => [lookupKey(lookup), lookup])).values()];
}

function leavesOf(plan: KeyPlan): readonly KeyPlan[] {
  return plan.by === 'union' ? plan.plans.flatMap(leavesOf) : [plan];
}

function lookupKey(plan: KeyPlan): string {
  switch (plan.by) {
    case 'id':
      return `id ${plan.id}`;
    case 'value':
      return `${plan.attribute.name} ${plan.forms.former ?? ''} ${plan.forms.current}`;
    case 'derived':
      return `${plan.attribute} ${plan.value}`;
    case 'union':
      return plan.plans.map(lookupKey).join('\n');
  }
}
