import { equalJson, parseJson } from '../json';
import { ResourceType, type ResourceTypeName } from './resource-type';
import type { Attribute, Schema } from './attribute';

/** The attribute of users that names resources of a catalog. */
export type AssignedAs = 'roles' | 'entitlements';

/** The treatment of a value that its catalog does not have: it is stored and logged, or refused. */
export type Assignments = 'lenient' | 'strict';

/**
 * The writer of the resources of a type: SCIM clients, or the application, which publishes them
 * for SCIM clients to read.
 */
export type ManagedBy = 'client' | 'application';

/** A resource type in addition to users and groups, as it is stored. */
export interface CustomType {
  readonly name: ResourceTypeName;
  /** Path below the base URL: `/Roles`. */
  readonly endpoint: string;
  readonly description: string;
  /** The core schema. */
  readonly schema: Schema;
  readonly extensions: readonly Schema[];
  /** URNs of the extensions that every resource must have. */
  readonly requiredExtensions: readonly string[];
  readonly managedBy: ManagedBy;
  /** The attribute of users whose values are resources of this type; undefined for none. */
  readonly assignedAs?: AssignedAs;
  /** Whether users may only have values that are resources of this type. @default lenient */
  readonly assignments?: Assignments;
  /** Name of the preset that the definition follows; undefined for none. */
  readonly preset?: string;
  /**
   * Set after the type was removed: its name stays known, because a request that began before may
   * still have written a resource, which is deleted with the connection.
   */
  readonly retired?: true;
}

const types = new WeakMap<CustomType, ResourceType>();

/**
 * Returns the resource type of a definition. Attributes that are unique in its core schema,
 * `externalId` and `displayName` are indexed.
 */
export function resourceTypeOf(definition: CustomType): ResourceType {
  const known = types.get(definition);
  if (known !== undefined) return known;
  const { name, endpoint, description, schema, extensions, requiredExtensions } = definition;
  const unique = schema.attributes.filter(({ uniqueness }) => uniqueness !== 'none');
  const type = new ResourceType({
    ...{ name, endpoint, description, schema, extensions, requiredExtensions },
    unique: unique.map((attribute) => attribute.name),
    indexed: ['externalId', ...(schema.attributes.some(isName) ? ['displayName'] : [])],
  });
  types.set(definition, type);
  return type;
}

/** Returns whether an attribute is a name that several resources may have. */
function isName({ name, type, multiValued, uniqueness }: Attribute): boolean {
  return name === 'displayName' && type === 'string' && !multiValued && uniqueness === 'none';
}

/** The custom types that a connection has. */
export interface CustomTypes {
  /** The connection's own, also those that were removed. */
  readonly customTypes: readonly CustomType[];
  /** Those that the stack declares for all connections. */
  readonly deploymentTypes: readonly CustomType[];
}

/**
 * Returns the types whose resources a connection may have stored. A type of its own takes the place
 * of one with the same name or endpoint that the stack declares, unless it was removed.
 */
export function allTypes({ customTypes, deploymentTypes }: CustomTypes): readonly CustomType[] {
  if (deploymentTypes.length === 0) return customTypes;
  const own = customTypes.filter(isServed);
  const declared = deploymentTypes.filter(
    ({ name, endpoint }) => !own.some((each) => each.name === name || each.endpoint === endpoint),
  );
  const names = new Set(declared.map(({ name }) => name));
  return [...customTypes.filter(({ name }) => !names.has(name)), ...declared];
}

/** Returns the types of a connection that are served, without those that were removed. */
export function servedTypes(types: CustomTypes): readonly CustomType[] {
  return allTypes(types).filter(isServed);
}

/** Returns the type that is served at an endpoint such as `Roles`; undefined if there is none. */
export function typeAt(types: CustomTypes, endpoint: string): CustomType | undefined {
  return servedTypes(types).find((definition) => definition.endpoint === `/${endpoint}`);
}

/**
 * Returns a removed type: what is needed to find resources that a request may still have written.
 */
export function retire(type: CustomType): CustomType {
  const { schema } = type;
  const indexed = new Set(resourceTypeOf(type).indexed.map(({ name }) => name));
  const attributes = schema.attributes.filter(({ name }) => indexed.has(name));
  return {
    ...type,
    schema: { ...schema, attributes },
    extensions: [],
    requiredExtensions: [],
    retired: true,
  };
}

/** Returns the schemas of types. */
export function schemasOfTypes(types: readonly CustomType[]): readonly Schema[] {
  return types.flatMap(({ schema, extensions }) => [schema, ...extensions]);
}

/** Returns the URN of a schema that others define differently; undefined if there is none. */
export function conflictingUrn(
  schemas: readonly Schema[],
  others: readonly Schema[],
): string | undefined {
  return schemas.find(({ id, ...schema }) =>
    others.some(
      (other) => isSameUrn(id, other.id) && !isSameSchema({ id: other.id, ...schema }, other),
    ),
  )?.id;
}

/** Returns whether two URNs are the same; they are case-insensitive (RFC 8141 section 3.1). */
export function isSameUrn(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** Returns whether two schemas have the same content. */
export function isSameSchema(left: Schema, right: Schema): boolean {
  return equalJson(parseJson(JSON.stringify(left)), parseJson(JSON.stringify(right)));
}

/** Returns whether a type has not been removed. */
export function isServed({ retired }: CustomType): boolean {
  return retired !== true;
}
