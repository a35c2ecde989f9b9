import {
  bodyNotObject,
  schemaMissing,
  schemasNotList,
  unknownSchema,
} from '../errors/request-errors';
import { moreValues, requiredMissing, wrongValue } from '../errors/value-errors';
import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../json';
import { LIMITS } from '../limits';
import type { Attribute } from '../schema/attribute';
import { describeTarget, type ResourceType, type Target } from '../schema/resource-type';
import { parseMembers } from './value';

/**
 * The attributes of a resource that clients can set, in stored form: with canonical names, and with
 * extensions under their URNs. `schemas`, `id` and `meta` are derived and not included.
 */
export type Attributes = JsonObject;

/**
 * Validates the body of a POST or PUT against a resource type. Attributes that the type does not
 * have and readOnly attributes are ignored (RFC 7644 sections 3.3 and 3.5.1).
 * @returns the attributes in stored form
 * @throws ScimError 400 `invalidSyntax` for a body that is not a resource of this type,
 * `invalidValue` for an unknown schema, a value that does not fit its attribute, or a missing
 * required attribute
 */
export function parseResource(type: ResourceType, body: Json): Attributes {
  if (!isObject(body)) throw bodyNotObject();
  checkSchemas(type, ownIgnoringCase(body, 'schemas'));
  // `schemas` is derived from the attributes.
  const { schemas: _, ...attributes } = parseMembers(type.attributes, body, '');
  for (const schema of type.extensions) {
    const sent = ownIgnoringCase(body, schema.id);
    if (sent === undefined || sent === null) continue;
    if (!isObject(sent)) throw wrongValue(schema.id, 'an object', sent);
    const extension = parseMembers(schema.attributes, sent, `${schema.id}:`);
    if (Object.keys(extension).length > 0) attributes[schema.id] = extension;
  }
  checkRequired(type, attributes);
  checkSizes(type, attributes);
  return attributes;
}

function checkSizes(type: ResourceType, attributes: Attributes): void {
  for (const attribute of type.attributes) {
    checkSize({ extension: undefined, attribute }, attributes[attribute.name]);
  }
  for (const { id, attributes: definitions } of type.extensions) {
    const extension = attributes[id];
    if (!isObject(extension)) continue;
    for (const attribute of definitions) {
      checkSize({ extension: id, attribute }, extension[attribute.name]);
    }
  }
}

/**
 * Checks that an attribute has no more values than `LIMITS.values`. A group's members are stored
 * separately and not limited.
 * @throws ScimError 400 `invalidValue`
 */
export function checkSize(
  { extension, attribute }: Pick<Target, 'extension' | 'attribute'>,
  value: Json | undefined,
): void {
  const isUnlimited = extension === undefined && attribute.name === 'members';
  if (isUnlimited) return;
  const check = (values: Json | undefined, subAttribute: Attribute | undefined): void => {
    if (!isArray(values) || values.length <= LIMITS.values) return;
    throw moreValues(describeTarget({ extension, attribute, subAttribute }), LIMITS.values);
  };
  check(value, undefined);
  const lists = attribute.subAttributes?.filter(({ multiValued }) => multiValued) ?? [];
  for (const element of lists.length === 0 ? [] : isArray(value) ? value : [value]) {
    for (const list of lists) check(isObject(element) ? element[list.name] : undefined, list);
  }
}

/**
 * Checks that all required attributes have a value (RFC 7643 section 2.2), and that the resource
 * has its required extensions (section 6).
 * @throws ScimError 400 `invalidValue`
 */
export function checkRequired(type: ResourceType, attributes: Attributes): void {
  for (const target of type.required) {
    if (hasRequired(attributes, target)) continue;
    throw requiredMissing(describeTarget(target));
  }
  const missing = type.requiredExtensions.find((urn) => attributes[urn] === undefined);
  if (missing !== undefined) throw requiredMissing(missing);
}

/**
 * Returns whether a required attribute has a value. A sub-attribute is only required in the
 * elements that exist, and an extension's attribute only if the resource has the extension.
 */
function hasRequired(
  attributes: Attributes,
  { extension, attribute, subAttribute }: Target,
): boolean {
  const container = extension === undefined ? attributes : attributes[extension];
  if (!isObject(container)) return true;
  const value = container[attribute.name];
  if (subAttribute === undefined) return isFilled(value);
  const elements = isArray(value) ? value : value === undefined ? [] : [value];
  return elements.every((element) => isObject(element) && isFilled(element[subAttribute.name]));
}

/**
 * Returns whether a required attribute's value is usable. An empty string is a value (RFC 7643
 * section 2.5), but not a usable user name or group name.
 */
function isFilled(value: Json | undefined): boolean {
  return value !== undefined && !(typeof value === 'string' && value.trim() === '');
}

/**
 * Checks that `schemas` contains the resource type's own schema and nothing else but its extensions
 * (RFC 7643 section 3).
 */
function checkSchemas(type: ResourceType, schemas: Json | undefined): void {
  const urns = isArray(schemas) ? schemas.filter((urn) => typeof urn === 'string') : [];
  if (!isArray(schemas) || urns.length !== schemas.length || urns.length === 0) {
    throw schemasNotList(type.schema.id);
  }
  const known = [type.schema, ...type.extensions].map((schema) => schema.id.toLowerCase());
  const unknown = urns.find((urn) => !known.includes(urn.toLowerCase()));
  if (unknown !== undefined) throw unknownSchema(unknown, type.name);
  if (!urns.some((urn) => urn.toLowerCase() === type.schema.id.toLowerCase())) {
    throw schemaMissing(type.schema.id);
  }
}
