import { findAttribute, findSubAttribute, type Attribute, type Schema } from './attribute';
import { COMMON_ATTRIBUTES } from './common';
import { ENTERPRISE_USER_SCHEMA } from './enterprise-user';
import { GROUP_SCHEMA } from './group';
import { USER_SCHEMA } from './user';

export type ResourceTypeName = 'User' | 'Group';

/** Where a path such as `name.givenName` or `urn:…:User:manager.value` leads in a resource. */
export interface Target {
  /** URN of the extension that holds the attribute; undefined for core and common attributes. */
  readonly extension: string | undefined;
  readonly attribute: Attribute;
  readonly subAttribute: Attribute | undefined;
}

/** A path that names a whole extension, such as `urn:…:enterprise:2.0:User`. */
export interface ExtensionTarget {
  readonly extension: string;
  readonly attribute: undefined;
}

/** A type of resource (RFC 7643 section 6): its endpoint, its schema and the extensions it may hold. */
export class ResourceType {
  readonly attributes: readonly Attribute[];
  /** Attributes that are set once, of the core schema and of extensions. */
  readonly immutable: readonly Target[];
  /** Attributes and sub-attributes that must have a value where what contains them does. */
  readonly required: readonly Target[];
  /** Its schemas, longest URN first: one may begin with another. */
  private readonly byLength: readonly Schema[];

  constructor(
    readonly name: ResourceTypeName,
    readonly endpoint: string,
    readonly description: string,
    readonly schema: Schema,
    readonly extensions: readonly Schema[] = [],
  ) {
    // `meta` comes last in examples and answers.
    const [meta] = COMMON_ATTRIBUTES.slice(-1);
    this.attributes = [
      ...COMMON_ATTRIBUTES.slice(0, -1),
      ...schema.attributes,
      ...(meta === undefined ? [] : [meta]),
    ];
    const targets = [
      ...targetsOf(undefined, this.attributes),
      ...extensions.flatMap(({ id, attributes }) => targetsOf(id, attributes)),
    ];
    // The elements of a multi-valued attribute come and go: what is set once is set for as long as they are there.
    this.immutable = targets.filter(
      ({ attribute, subAttribute }) =>
        (subAttribute ?? attribute).mutability === 'immutable' &&
        !(subAttribute !== undefined && attribute.multiValued),
    );
    this.required = targets.filter(
      ({ attribute, subAttribute }) =>
        (subAttribute ?? attribute).required && attribute.name !== 'schemas',
    );
    this.byLength = [schema, ...extensions].sort((a, b) => b.id.length - a.id.length);
  }

  /** The extension with this URN, in any case. */
  extension(urn: string): Schema | undefined {
    const wanted = urn.toLowerCase();
    return this.extensions.find((schema) => schema.id.toLowerCase() === wanted);
  }

  /**
   * Where a path leads (RFC 7644 section 3.10: `[URN:]attribute[.subAttribute]`, names in any case).
   * @returns undefined when this type has no such attribute.
   */
  resolve(path: string): Target | ExtensionTarget | undefined {
    const lower = path.toLowerCase();
    const named = this.byLength.find(
      ({ id }) => lower === id.toLowerCase() || lower.startsWith(`${id.toLowerCase()}:`),
    );
    if (named !== undefined) {
      const isCore = named === this.schema;
      if (path.length > named.id.length) {
        const rest = path.slice(named.id.length + 1);
        return resolveIn(
          isCore ? this.attributes : named.attributes,
          isCore ? undefined : named.id,
          rest,
        );
      }
      if (!isCore) return { extension: named.id, attribute: undefined };
    }
    return resolveIn(this.attributes, undefined, path);
  }
}

function targetsOf(
  extension: string | undefined,
  attributes: readonly Attribute[],
): readonly Target[] {
  return attributes.flatMap((attribute) => [
    { extension, attribute, subAttribute: undefined },
    ...(attribute.subAttributes ?? []).map((subAttribute) => ({
      extension,
      attribute,
      subAttribute,
    })),
  ]);
}

function resolveIn(
  attributes: readonly Attribute[],
  extension: string | undefined,
  path: string,
): Target | undefined {
  const dot = path.indexOf('.');
  const attribute = findAttribute(attributes, dot === -1 ? path : path.slice(0, dot));
  if (attribute === undefined) return undefined;
  if (dot === -1) return { extension, attribute, subAttribute: undefined };
  const subAttribute = findSubAttribute(attribute, path.slice(dot + 1));
  return subAttribute === undefined ? undefined : { extension, attribute, subAttribute };
}

export const USER = new ResourceType('User', '/Users', 'User Account', USER_SCHEMA, [
  ENTERPRISE_USER_SCHEMA,
]);
export const GROUP = new ResourceType('Group', '/Groups', 'Group', GROUP_SCHEMA);

/** The resource types of a connection. */
export interface ResourceTypes {
  readonly user: ResourceType;
  readonly group: ResourceType;
}

/**
 * The resource types with a connection's own extensions beside those of the RFC. An extension whose URN ends with `Group` extends groups,
 * every other one users.
 */
export function resourceTypesWith(extensions: readonly Schema[]): ResourceTypes {
  if (extensions.length === 0) return { user: USER, group: GROUP };
  const ofGroups = extensions.filter(({ id }) => extendsGroups(id));
  const ofUsers = extensions.filter(({ id }) => !extendsGroups(id));
  return { user: extended(USER, ofUsers), group: extended(GROUP, ofGroups) };
}

function extendsGroups(urn: string): boolean {
  return /:group$/i.test(urn);
}

function extended(type: ResourceType, extensions: readonly Schema[]): ResourceType {
  const { name, endpoint, description, schema } = type;
  return new ResourceType(name, endpoint, description, schema, [...type.extensions, ...extensions]);
}

/** How a target is written in messages and paths: `name.givenName`, `urn:…:User:manager.value`. */
export function describeTarget({ extension, attribute, subAttribute }: Target): string {
  const prefix = extension === undefined ? '' : `${extension}:`;
  return `${prefix}${attribute.name}${subAttribute === undefined ? '' : `.${subAttribute.name}`}`;
}
