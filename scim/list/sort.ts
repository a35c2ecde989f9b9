import { notSortable, sensitiveAttribute } from '../errors/filter-errors';
import { quoted } from '../errors/scim-error';
import { leafAttribute, valuesAt } from '../filter/bind';
import { comparable, instant } from '../filter/compare';
import { isArray, isObject, own, type Json, type JsonObject } from '../json';
import { findSubAttribute } from '../schema/attribute';
import { describeTarget, type ResourceType, type Target } from '../schema/resource-type';

/** How a client wants resources ordered (RFC 7644 section 3.4.2.3). */
export interface SortRequest {
  readonly by: string;
  readonly descending: boolean;
}

/** What a resource is ordered by; null when it has no value there. */
export type SortKey = string | number | null;

/**
 * Finds what a resource type is sorted by.
 * @returns undefined when the type has no such attribute
 * @throws ScimError 400 `invalidValue` for an attribute that has no order, 403 `sensitive` for one that is never returned
 */
export function sortTarget(type: ResourceType, { by }: SortRequest): Target | undefined {
  const target = type.resolve(by);
  if (target?.attribute === undefined) return undefined;
  if (leafAttribute(target).returned === 'never') {
    throw sensitiveAttribute(describeTarget(target), 'sorted by');
  }
  if (isKeptElsewhere(type, target)) throw notSortable(`${quoted(by)} cannot be sorted by.`);
  if (target.subAttribute !== undefined || target.attribute.type !== 'complex') return target;
  const value = findSubAttribute(target.attribute, 'value');
  if (value === undefined)
    throw notSortable(`${quoted(by)} is complex; sort by one of its sub-attributes.`);
  return { ...target, subAttribute: value };
}

/** A user's groups and a group's members are no attributes of its item: to sort by them all of them would have to be read. */
function isKeptElsewhere({ name }: ResourceType, { extension, attribute }: Target): boolean {
  return extension === undefined && attribute.name === (name === 'User' ? 'groups' : 'members');
}

/** How much of a text is looked at: the key of a page's last resource travels in its cursor. */
const KEY_LENGTH = 256;

/**
 * The value that a resource is ordered by: of a multi-valued attribute the primary one, else the first; text in the form in which it
 * is compared, dates as instants.
 */
export function sortKey(target: Target | undefined, resource: JsonObject): SortKey {
  if (target === undefined) return null;
  const [value] = valuesAt(primaryOnly(resource, target), target);
  if (value === undefined) return null;
  const attribute = leafAttribute(target);
  if (typeof value === 'string')
    return attribute.type === 'dateTime'
      ? instant(value)
      : comparable(attribute, value).slice(0, KEY_LENGTH);
  return typeof value === 'number' ? value : Number(value === true);
}

function primaryOnly(resource: JsonObject, { extension, attribute }: Target): JsonObject {
  const container = extension === undefined ? resource : own(resource, extension);
  const elements = isObject(container) ? own(container, attribute.name) : undefined;
  if (!isArray(elements)) return resource;
  const primary: Json | undefined =
    elements.find((element) => isObject(element) && element['primary'] === true) ?? elements[0];
  const single = { [attribute.name]: primary === undefined ? [] : [primary] };
  return extension === undefined ? single : { [extension]: single };
}

/** Resources without a value come last, or first when descending, as if nothing were greater than anything. */
export function compareSortKeys(left: SortKey, right: SortKey, descending: boolean): number {
  const ascending =
    left === right ? 0 : left === null ? 1 : right === null ? -1 : left < right ? -1 : 1;
  return descending ? -ascending : ascending;
}
