import { asText, isArray, isObject, type Json, type JsonObject } from '../../scim/json';

/** An attribute of users that applications show. */
export interface MappingRow {
  /** The SCIM path, as identity providers name it in their mappings. */
  readonly path: string;
  /** The name under which applications show it. */
  readonly shownAs: string;
  readonly attribute: string;
  /** The `type` of the element, for an attribute with several values. */
  readonly type?: string;
  readonly subAttribute?: string;
}

/** The attributes of users that applications usually show. */
export const MAPPING_ROWS = [
  { path: 'userName', shownAs: 'Username', attribute: 'userName' },
  {
    path: 'name.givenName',
    shownAs: 'First name',
    attribute: 'name',
    subAttribute: 'givenName',
  },
  {
    path: 'name.familyName',
    shownAs: 'Last name',
    attribute: 'name',
    subAttribute: 'familyName',
  },
  element('emails', 'work', 'value', 'Email'),
  element('phoneNumbers', 'mobile', 'value', 'Mobile number'),
  element('phoneNumbers', 'work', 'value', 'Work number'),
  { path: 'title', shownAs: 'Position', attribute: 'title' },
  element('addresses', 'work', 'streetAddress', 'Street address'),
  element('addresses', 'work', 'locality', 'City'),
  element('addresses', 'work', 'region', 'State'),
  element('addresses', 'work', 'postalCode', 'Postal code'),
  element('addresses', 'work', 'country', 'Country'),
  { path: 'active', shownAs: 'Status', attribute: 'active' },
] as const satisfies readonly MappingRow[];

function element(
  attribute: string,
  type: string,
  subAttribute: string,
  shownAs: string,
): MappingRow {
  const path = `${attribute}[type eq "${type}"].${subAttribute}`;
  return { path, shownAs, attribute, type, subAttribute };
}

/**
 * Returns the value of a row in a user.
 * @param user the SCIM resource
 * @returns empty if the user has none
 */
export function mappedText(
  { attribute, type, subAttribute }: MappingRow,
  user: JsonObject,
): string {
  const value = user[attribute];
  if (attribute === 'active') return value === false ? 'Inactive' : 'Active';
  const chosen = type === undefined ? value : elementOf(value, type);
  return subAttribute === undefined
    ? asText(chosen)
    : asText(isObject(chosen) ? chosen[subAttribute] : undefined);
}

function elementOf(value: Json | undefined, type: string): Json | undefined {
  const elements = isArray(value) ? value.filter(isObject) : [];
  return elements.find((each) => asText(each['type']).toLowerCase() === type);
}
