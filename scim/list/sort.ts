import { notSortable, sensitiveAttribute } from '../errors/filter-errors';
import { quoted } from '../errors/scim-error';
import { leafAttribute } from '../filter/bind';
import { comparable, instant } from '../filter/compare';
import { valuesAt } from '../filter/evaluate';
import { isArray, isObject, own, type Json, type JsonObject } from '../json';
import { findSubAttribute } from '../schema/attribute';
import { describeTarget, type ResourceType, type Target } from '../schema/resource-type';

/** The sort order that a client requests (RFC 7644 section 3.4.2.3). */
export interface SortRequest {
  readonly by: string;
  readonly descending: boolean;
}

/** The value by which a resource is sorted; null if it has none. */
export type SortKey = string | number | null;

/**
 * Resolves `sortBy` against a resource type.
 * @returns the attribute; undefined if the type does not have it
 * @throws ScimError 400 `invalidValue` for an attribute that cannot be sorted by, 403 `sensitive`
 * for one that is never returned
 */
export function sortTarget(type: ResourceType, { by }: SortRequest): Target | undefined {
  const target = type.resolve(by);
  if (target?.attribute === undefined) return undefined;
  if (leafAttribute(target).returned === 'never') {
    throw sensitiveAttribute(describeTarget(target), 'sorted by');
  }
  if (isStoredSeparately(type, target)) {
    throw notSortable(`Resources cannot be sorted by ${quoted(by)}.`);
  }
  if (target.subAttribute !== undefined || target.attribute.type !== 'complex') return target;
  const value = findSubAttribute(target.attribute, 'value');
  if (value === undefined)
    throw notSortable(`${quoted(by)} is complex; sort by one of its sub-attributes.`);
  return { ...target, subAttribute: value };
}

/**
 * A user's groups and a group's members are items of their own. Sorting by them would require
 * reading all of them.
 */
function isStoredSeparately({ derived }: ResourceType, { extension, attribute }: Target): boolean {
  return extension === undefined && attribute.name === derived;
}

/** Maximum length of a text key: cursors contain the sort key of the page's last resource. */
const KEY_LENGTH = 256;

/**
 * Returns the value by which a resource is sorted. For a multi-valued attribute this is the primary
 * value, or else the first (RFC 7644 section 3.4.2.3). Text has the form in which it is compared;
 * a dateTime becomes milliseconds.
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

/**
 * Compares two sort keys. Resources without a value come last in ascending and first in descending
 * order (RFC 7644 section 3.4.2.3).
 */
export function compareSortKeys(left: SortKey, right: SortKey, descending: boolean): number {
  const ascending =
    left === right ? 0 : left === null ? 1 : right === null ? -1 : left < right ? -1 : 1;
  return descending ? -ascending : ascending;
}
