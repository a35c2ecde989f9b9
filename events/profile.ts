import type { MappingRow, RoleRule } from '../directory/connections/mapping';
import type { StoredItem } from '../directory/resources/resource-item';
import { asText, isArray, isObject, type Json, type JsonObject } from '../scim/json';
import type { Attributes } from '../scim/resource/parse';
import { ENTERPRISE_USER_URN } from '../scim/schema/enterprise-user';
import type { ResourceType } from '../scim/schema/resource-type';
import { textsAt } from './scim-values';

/** The fields of a profile that a mapping can fill. Other targets become fields of `custom`. */
export const PROFILE_FIELDS = [
  'userName',
  'email',
  'firstName',
  'lastName',
  'displayName',
  'title',
  'department',
  'phone',
  'mobile',
  'address',
  'manager',
] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

/** A group, as role rules compare it. */
export interface RoleGroup {
  readonly id: string;
  readonly displayName: string;
  readonly externalId: string;
}

/** The input of a profile in addition to the user. */
export interface ProfileSource {
  /** The connection's user type, with its own extensions. */
  readonly type: ResourceType;
  readonly mapping: readonly MappingRow[];
  readonly roleRules: readonly RoleRule[];
  /** The groups of the user, direct and indirect; not needed without role rules. */
  readonly groups?: readonly RoleGroup[];
}

/**
 * Returns a user under the names of the application, without `scim`. It depends on nothing but the
 * user, its groups and the connection's mapping. Fields without a value are left out.
 */
export function profileOf(user: StoredItem, source: ProfileSource): JsonObject {
  const { id, attributes, applicationId } = user;
  const { externalId } = attributes;
  const fields = new Map<string, string>(Object.entries(defaultFields(attributes)));
  const custom: Record<string, string> = {};
  for (const row of source.mapping) {
    const value = mappedValue(row, source.type, attributes);
    if (!isField(row.target)) {
      if (value !== undefined) custom[row.target] = value;
    } else if (value === undefined) fields.delete(row.target);
    else fields.set(row.target, value);
  }
  return {
    id,
    ...(typeof externalId === 'string' && externalId !== '' ? { externalId } : {}),
    ...Object.fromEntries(
      PROFILE_FIELDS.flatMap((name) => {
        const value = fields.get(name) ?? '';
        return value === '' ? [] : [[name, value]];
      }),
    ),
    active: attributes['active'] !== false,
    roles: rolesOf(attributes, source),
    custom,
    ...(applicationId === undefined ? {} : { applicationId }),
  };
}

function isField(target: string): target is ProfileField {
  return PROFILE_FIELDS.some((name) => name === target);
}

function defaultFields(attributes: Attributes): Partial<Record<ProfileField, string>> {
  const name = objectAt(attributes, 'name');
  const enterprise = objectAt(attributes, ENTERPRISE_USER_URN);
  const phones = elementsOf(attributes, 'phoneNumbers');
  const [givenName, familyName] = [asText(name['givenName']), asText(name['familyName'])];
  const fullName = asText(name['formatted']) || `${givenName} ${familyName}`.trim();
  return {
    userName: asText(attributes['userName']),
    email: emailOf(attributes),
    firstName: givenName,
    lastName: familyName,
    displayName: asText(attributes['displayName']) || fullName,
    title: asText(attributes['title']),
    department: asText(enterprise['department']),
    phone: valueOf(preferred(phones.filter(({ type }) => type !== 'mobile' && type !== 'fax'))),
    mobile: valueOf(phones.find(({ type }) => type === 'mobile')),
    address: addressOf(preferred(elementsOf(attributes, 'addresses'))),
    manager: asText(objectAt(enterprise, 'manager')['value']),
  };
}

/**
 * Returns the primary address, else the one at work, else the first, else `userName` if it is an
 * address.
 */
function emailOf(attributes: Attributes): string {
  const email = valueOf(preferred(elementsOf(attributes, 'emails')));
  const userName = asText(attributes['userName']);
  return email || (/^[^\s@]+@[^\s@]+$/.test(userName) ? userName : '');
}

/** Returns the primary element, else the one at work, else the first. */
function preferred(elements: readonly JsonObject[]): JsonObject | undefined {
  return (
    elements.find(({ primary }) => primary === true) ??
    elements.find(({ type }) => asText(type).toLowerCase() === 'work') ??
    elements[0]
  );
}

function elementsOf(attributes: Attributes, name: string): readonly JsonObject[] {
  const value = attributes[name];
  return isArray(value) ? value.filter(isObject) : [];
}

function valueOf(element: JsonObject | undefined): string {
  return asText(element?.['value']);
}

function addressOf(address: JsonObject | undefined): string {
  if (address === undefined) return '';
  const part = (name: string): string => asText(address[name]).trim();
  const city = [part('postalCode'), part('locality')].filter(Boolean).join(' ');
  const lines = [part('streetAddress'), city, part('region'), part('country')];
  return part('formatted') || lines.filter(Boolean).join(', ');
}

function objectAt(container: JsonObject, name: string): JsonObject {
  const value = container[name];
  return isObject(value) ? value : {};
}

function mappedValue(
  { source, transform, map = {}, default: fallback }: MappingRow,
  type: ResourceType,
  attributes: Attributes,
): string | undefined {
  const paths = typeof source === 'string' ? [source] : source;
  const [found] = paths.flatMap((path) => textsAt(type, attributes, path).slice(0, 1));
  if (found === undefined) return fallback;
  switch (transform) {
    case 'lower':
      return found.trim().toLowerCase();
    case 'trim':
      return found.trim();
    case 'map':
      return Object.hasOwn(map, found) ? map[found] : fallback;
    default:
      return found;
  }
}

/** Returns the roles that groups give, then those that the identity provider sends. */
function rolesOf(
  attributes: Attributes,
  { roleRules, groups = [] }: ProfileSource,
): readonly string[] {
  const given = roleRules
    .filter((rule) => groups.some((group) => isMatch(rule, group)))
    .map(({ role }) => role);
  const { roles } = attributes;
  const sent: readonly Json[] = isArray(roles) ? roles : [];
  const values = sent.map((role) => (isObject(role) ? asText(role['value']) : asText(role)));
  return [...new Set([...given, ...values.filter((value) => value !== '')])];
}

/** Returns whether a rule applies to the members of a group. */
export function isMatch({ match, equals, prefix = '' }: RoleRule, group: RoleGroup): boolean {
  const folded = (text: string): string => (match === 'id' ? text : text.toLowerCase());
  const value = folded(group[match]);
  if (value === '') return false;
  return equals === undefined ? value.startsWith(folded(prefix)) : value === folded(equals);
}
