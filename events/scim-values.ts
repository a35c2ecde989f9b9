import { elementMatches, valuesAt } from '../scim/filter/evaluate';
import { isObject, own, type Json, type JsonObject } from '../scim/json';
import { findPath } from '../scim/patch/path';
import type { ResourceType } from '../scim/schema/resource-type';

/**
 * Returns the values at a SCIM path as text: of a complex value its `value`, or else its
 * `displayName`. Empty values are left out.
 * @param path such as `emails[type eq "work"].value`
 * @throws ScimError 400 `invalidPath` for a malformed path
 */
export function textsAt(type: ResourceType, resource: JsonObject, path: string): readonly string[] {
  const target = findPath(type, path);
  if (target?.attribute === undefined) return [];
  const { extension, attribute, subAttribute, filter } = target;
  const elements = valuesAt(resource, { extension, attribute, subAttribute: undefined });
  return elements
    .filter((element) => filter === undefined || elementMatches(filter, element))
    .map((element) => textOf(element, subAttribute?.name))
    .filter((text) => text !== '');
}

function textOf(element: Json, part: string | undefined): string {
  if (!isObject(element)) return isScalar(element) ? String(element) : '';
  const value = own(element, part ?? 'value') ?? (part === undefined ? element['displayName'] : '');
  return isScalar(value) ? String(value) : '';
}

function isScalar(value: Json | undefined): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
