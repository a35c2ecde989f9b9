import { equalJson, isArray, isObject, type Json } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import { ENTERPRISE_USER_URN } from '../../scim/schema/enterprise-user';
import { singleLine } from '../resources/display-names';

/**
 * A change to an attribute. `from` is missing for a new attribute and `to` for a removed one. Both
 * are missing if the log must not contain the values, or if their logged forms are equal.
 */
export interface AttributeChange {
  /** The path, in the schema's spelling, such as `name.givenName`. */
  readonly attribute: string;
  readonly from?: Json;
  readonly to?: Json;
}

/**
 * Attributes whose values are logged: those that identify a user at work or explain their access.
 * For all others, including those of a connection's own extensions, the log only states that they
 * changed.
 */
const LOGGED_ATTRIBUTES = new Set([
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

/** Maximum number of changed attributes per entry. */
const LOGGED_CHANGES = 50;

/** Maximum number of logged values of a multi-valued attribute. */
const LOGGED_VALUES = 10;

/** Returns the attributes that differ. @param before undefined for a new resource */
export function changesBetween(
  before: Attributes | undefined,
  after: Attributes,
): readonly AttributeChange[] {
  const [was, is] = [flatten(before ?? {}), flatten(after)];
  const changed = differences(was, is).slice(0, LOGGED_CHANGES);
  return changed.map((attribute) => {
    const [from, to] = [loggedValueOf(attribute, was), loggedValueOf(attribute, is)];
    // The difference is in a part that is not logged, such as the end of a long value.
    if (equalJson(from, to)) return { attribute };
    return {
      attribute,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    };
  });
}

/** Returns the paths of the attributes that differ. */
export function changedPaths(before: Attributes, after: Attributes): readonly string[] {
  return differences(flatten(before), flatten(after));
}

function differences(
  was: ReadonlyMap<string, Json>,
  is: ReadonlyMap<string, Json>,
): readonly string[] {
  const names = [...new Set([...was.keys(), ...is.keys()])];
  return names.filter((name) => !equalJson(was.get(name), is.get(name)));
}

/**
 * Returns attributes by path. In a path, a colon follows an extension's URN (RFC 7644 section 3.10)
 * and a dot follows a complex attribute.
 */
function flatten(attributes: Attributes): ReadonlyMap<string, Json> {
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

function loggedValueOf(attribute: string, values: ReadonlyMap<string, Json>): Json | undefined {
  const value = values.get(attribute);
  return value === undefined || !LOGGED_ATTRIBUTES.has(attribute) ? undefined : loggedForm(value);
}

/** Shortens a value for the log: a complex value to its `value`, a list to its first elements. */
function loggedForm(value: Json): Json {
  if (isArray(value)) return value.slice(0, LOGGED_VALUES).map(loggedForm);
  if (isObject(value)) return loggedForm(value['value'] ?? null);
  return typeof value === 'string' ? (singleLine(value) ?? '') : value;
}
