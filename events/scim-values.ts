import { ScimError } from '../scim/errors/scim-error';
import { elementMatches, valuesAt } from '../scim/filter/evaluate';
import { isObject, own, type Json, type JsonObject } from '../scim/json';
import { findPath } from '../scim/patch/path';
import type { ResourceType } from '../scim/schema/resource-type';

/**
 * Returns the values at a SCIM path as text: of a complex value its `value`, or else its
 * `displayName`. Empty values are left out, and a path has none that the type does not have any
 * more, because a schema has changed.
 * @param path such as `emails[type eq "work"].value`
 */
export function textsAt(type: ResourceType, resource: JsonObject, path: string): readonly string[] {
  const target = pathIn(type, path);
  if (target?.attribute === undefined) return [];
  const { extension, attribute, subAttribute, filter } = target;
  const elements = valuesAt(resource, { extension, attribute, subAttribute: undefined });
  return elements
    .filter((element) => filter === undefined || elementMatches(filter, element))
    .map((element) => textOf(element, subAttribute?.name))
    .filter((text) => text !== '');
}

function pathIn(type: ResourceType, path: string): ReturnType<typeof findPath> {
  try {
    return findPath(type, path);
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}

function textOf(element: Json, part: string | undefined): string {
  if (!isObject(element)) return isScalar(element) ? String(element) : '';
  const value = own(element, part ?? 'value') ?? (part === undefined ? element['displayName'] : '');
  return isScalar(value) ? String(value) : '';
}

function isScalar(value: Json | undefined): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
