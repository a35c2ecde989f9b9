import type { JsonObject } from '../json';
import type { Attribute, Schema } from './attribute';
import { isMemberType, type ResourceType } from './resource-type';

/** URN of the Schema schema (RFC 7643 section 7). */
export const SCHEMA_URN = 'urn:ietf:params:scim:schemas:core:2.0:Schema';

/** URN of the ServiceProviderConfig schema (RFC 7643 section 5). */
export const SERVICE_PROVIDER_CONFIG_URN =
  'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';

/** URN of the ResourceType schema (RFC 7643 section 6). */
export const RESOURCE_TYPE_URN = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';

/**
 * Returns a schema as `/Schemas` serves it (RFC 7643 section 7). It is made from the definition
 * that requests are validated against.
 */
export function schemaResource(schema: Schema, baseUrl: string): JsonObject {
  return {
    schemas: [SCHEMA_URN],
    ...schemaDefinition(schema),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id}` },
  };
}

/** Returns a schema without what makes it a resource. */
export function schemaDefinition({ id, name, description, attributes }: Schema): JsonObject {
  return { id, name, description, attributes: attributes.map(attributeDefinition) };
}

/** Writes out every characteristic: Entra ID's schema discovery refuses absent and null ones. */
function attributeDefinition(attribute: Attribute): JsonObject {
  const {
    name,
    type,
    multiValued,
    description,
    required,
    caseExact,
    mutability,
    returned,
    uniqueness,
  } = attribute;
  return {
    name,
    type,
    multiValued,
    description,
    required,
    caseExact,
    mutability,
    returned,
    uniqueness,
    ...(attribute.canonicalValues === undefined
      ? {}
      : { canonicalValues: attribute.canonicalValues }),
    ...(attribute.referenceTypes === undefined ? {} : { referenceTypes: attribute.referenceTypes }),
    ...(attribute.subAttributes === undefined
      ? {}
      : { subAttributes: attribute.subAttributes.map(attributeDefinition) }),
  };
}

/** Returns a resource type as `/ResourceTypes` serves it (RFC 7643 section 6). */
export function resourceTypeResource(type: ResourceType, baseUrl: string): JsonObject {
  const { extensions, requiredExtensions } = type;
  const schemaExtensions = extensions.map(({ id }) => ({
    schema: id,
    required: requiredExtensions.includes(id),
  }));
  // Okta's example of a custom type without extensions has no empty list.
  const isListed = isMemberType(type.name) || schemaExtensions.length > 0;
  return {
    schemas: [RESOURCE_TYPE_URN],
    id: type.name,
    name: type.name,
    endpoint: type.endpoint,
    description: type.description,
    schema: type.schema.id,
    ...(isListed ? { schemaExtensions } : {}),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${type.name}` },
  };
}
