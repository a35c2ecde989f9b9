import { equalJson, isArray, isObject, type Json } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import { ENTERPRISE_USER_URN } from '../../scim/schema/enterprise-user';
import { singleLine } from '../resources/names';

/** What a change made of an attribute. Both values are missing when they may not be shown or look the same; `from` alone is missing for a new attribute, `to` alone for a removed one. */
export interface AttributeChange {
  /** As the schemas write it, such as `name.givenName`. */
  readonly attribute: string;
  readonly from?: Json;
  readonly to?: Json;
}

/**
 * The attributes whose values the log may show: who somebody is at work, and whether they have access. Of all others, those of a connection's own extensions among
 * them, it says that they changed.
 */
const SHOWN = new Set([
  'active',
  'displayName',
  'emails',
  'externalId',
  'locale',
  'name.familyName',
  'name.formatted',
  'name.givenName',
  'preferredLanguage',
  'roles',
  'timezone',
  'title',
  'userName',
  'userType',
  ...['costCenter', 'department', 'division', 'employeeNumber', 'manager', 'organization'].map(
    (name) => `${ENTERPRISE_USER_URN}:${name}`,
  ),
]);

/** Attributes of one change that are told, at most. */
const TOLD = 50;

/** Values of an attribute that are told, at most. */
const VALUES = 10;

/** What is different in a resource from what it was. @param before undefined for one that was not there */
export function changesBetween(
  before: Attributes | undefined,
  after: Attributes,
): readonly AttributeChange[] {
  const [was, is] = [flattened(before ?? {}), flattened(after)];
  const names = [...new Set([...was.keys(), ...is.keys()])];
  const changed = names.filter((name) => !equalJson(was.get(name), is.get(name)));
  return changed.slice(0, TOLD).map((attribute) => {
    const [from, to] = [shownOf(attribute, was), shownOf(attribute, is)];
    // What differs is not shown: another part of a complex value, or the end of a long one.
    if (equalJson(from, to)) return { attribute };
    return {
      attribute,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    };
  });
}

/** Attributes by their paths: those of extensions behind the URN (RFC 7644 section 3.10), sub-attributes behind a point. */
function flattened(attributes: Attributes): ReadonlyMap<string, Json> {
  return new Map(
    Object.entries(attributes).flatMap(([name, value]) => {
      if (!isObject(value)) return pathsOf(name, value);
      return subAttributesOf(name, name.startsWith('urn:') ? ':' : '.', value);
    }),
  );
}

function subAttributesOf(
  name: string,
  separator: '.' | ':',
  value: Attributes,
): readonly (readonly [string, Json])[] {
  return Object.entries(value).flatMap(([member, inner]) =>
    pathsOf(`${name}${separator}${member}`, inner),
  );
}

function pathsOf(path: string, value: Json | undefined): readonly (readonly [string, Json])[] {
  return value === undefined ? [] : [[path, value]];
}

function shownOf(attribute: string, values: ReadonlyMap<string, Json>): Json | undefined {
  const value = values.get(attribute);
  return value === undefined || !SHOWN.has(attribute) ? undefined : shown(value);
}

/** A value as the log has room for it: of a complex one its `value`, of many some. */
function shown(value: Json): Json {
  if (isArray(value)) return value.slice(0, VALUES).map(shown);
  if (isObject(value)) return shown(value['value'] ?? null);
  return typeof value === 'string' ? (singleLine(value) ?? '') : value;
}
