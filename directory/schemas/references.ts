import { referenceMissing } from '../../scim/errors/value-errors';
import { isArray, isObject, own, type Json, type JsonObject } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import type { Attribute } from '../../scim/schema/attribute';
import {
  GROUP,
  USER,
  type ResourceType,
  type ResourceTypeName,
} from '../../scim/schema/resource-type';
import type { Tenant } from '../resources/tenant';
import { textOfKey, type Key } from '../store/item';
import { resourceKey } from '../store/keys';
import { isResourceId } from '../store/resource-ids';

/** A type that references can lead to. */
type ReferencedType = Pick<ResourceType, 'name' | 'endpoint'>;

/** The RFCs' types, which every connection has. */
const RFC_TYPES: readonly ReferencedType[] = [USER, GROUP];

/** A reference in a resource. */
interface Reference {
  /** Path of the attribute. */
  readonly attribute: string;
  /** The id or URI that was sent. */
  readonly value: string;
  /** Undefined if the value cannot be that of a resource. */
  readonly id: string | undefined;
  /** Names of the types whose resources it can be. */
  readonly types: readonly ResourceTypeName[];
  /** Names of the types that the attribute may refer to. */
  readonly expected: readonly ResourceTypeName[];
}

/**
 * Checks that the references that a change adds lead to resources. Those that a resource has
 * already may have lost theirs: a deletion does not change the resources that refer to it.
 * @param custom the connection's types in addition to users and groups
 * @param before the resource's attributes; undefined for a new one
 * @throws ScimError 400 `invalidValue`
 */
export async function checkReferences(
  { table, connection }: Tenant,
  custom: readonly ReferencedType[],
  type: ResourceType,
  before: Attributes | undefined,
  after: Attributes,
): Promise<void> {
  const targets = [...RFC_TYPES, ...custom];
  const had = new Set(referencesIn(type, targets, before ?? {}).map(identityOf));
  const added = referencesIn(type, targets, after).filter((each) => !had.has(identityOf(each)));
  if (added.length === 0) return;
  const keysOf = ({ id, types }: Reference): readonly Key[] =>
    id === undefined ? [] : types.map((name) => resourceKey(connection, name, id));
  const found = new Set((await table.getMany(added.flatMap(keysOf))).map(textOfKey));
  const missing = added.find((each) => !keysOf(each).some((key) => found.has(textOfKey(key))));
  if (missing !== undefined)
    throw referenceMissing(missing.attribute, missing.value, missing.expected);
}

function referencesIn(
  type: ResourceType,
  targets: readonly ReferencedType[],
  attributes: Attributes,
): readonly Reference[] {
  const core = type.schema.attributes.flatMap((attribute) =>
    referencesOf(attribute, attribute.name, targets, own(attributes, attribute.name)),
  );
  const extended = type.extensions.flatMap(({ id, attributes: definitions }) => {
    const values = own(attributes, id);
    if (!isObject(values)) return [];
    return definitions.flatMap((attribute) =>
      referencesOf(attribute, `${id}:${attribute.name}`, targets, own(values, attribute.name)),
    );
  });
  return [...core, ...extended];
}

/**
 * Returns the references in the values of an attribute: URIs, or complex values with the id of the
 * resource in `value` and its URI in `$ref` (RFC 7643 section 2.4).
 */
function referencesOf(
  attribute: Attribute,
  path: string,
  targets: readonly ReferencedType[],
  value: Json | undefined,
): readonly Reference[] {
  const values = isArray(value) ? value : value === undefined ? [] : [value];
  if (attribute.type === 'reference') {
    const types = referencedTypes(attribute, targets);
    return types.length === 0 ? [] : values.flatMap((uri) => referenceTo(path, types, uri));
  }
  const uri = attribute.subAttributes?.find(({ name }) => name === '$ref');
  const types = uri === undefined ? [] : referencedTypes(uri, targets);
  if (types.length === 0) return [];
  return values.filter(isObject).flatMap((element) => referencesOfElement(path, types, element));
}

/** Returns the types that an attribute may refer to; none if it may refer to something else. */
function referencedTypes(
  { referenceTypes = [] }: Attribute,
  types: readonly ReferencedType[],
): readonly ReferencedType[] {
  if (referenceTypes.includes('external') || referenceTypes.includes('uri')) return [];
  return types.filter(({ name }) => referenceTypes.includes(name));
}

function referencesOfElement(
  path: string,
  types: readonly ReferencedType[],
  { value, $ref: uri }: JsonObject,
): readonly Reference[] {
  const named = referenceTo(`${path}.$ref`, types, uri);
  if (typeof value !== 'string') return named;
  const id = isResourceId(value) ? value : undefined;
  const names = types.map(({ name }) => name);
  return [...named, { attribute: `${path}.value`, value, id, types: names, expected: names }];
}

/** Returns the reference of a URI such as `…/Users/1`. */
function referenceTo(
  attribute: string,
  types: readonly ReferencedType[],
  uri: Json | undefined,
): readonly Reference[] {
  if (typeof uri !== 'string') return [];
  const [endpoint, id = ''] = uri.split('/').slice(-2);
  const named = types.filter((type) => type.endpoint === `/${endpoint}`).map(({ name }) => name);
  const expected = types.map(({ name }) => name);
  return [{ attribute, value: uri, id: isResourceId(id) ? id : undefined, types: named, expected }];
}

function identityOf({ attribute, value }: Reference): string {
  return `${attribute} ${value}`;
}
