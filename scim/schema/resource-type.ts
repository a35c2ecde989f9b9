import { findAttribute, findSubAttribute, type Attribute, type Schema } from './attribute';
import { COMMON_ATTRIBUTES } from './common';
import { ENTERPRISE_USER_SCHEMA } from './enterprise-user';
import { GROUP_SCHEMA } from './group';
import { USER_SCHEMA } from './user';

/** The name of a resource type, such as `User`, which is unique within a connection. */
export type ResourceTypeName = string;

/** The resource types whose resources may be members of groups. */
export type MemberType = 'User' | 'Group';

/** Returns whether a resource type is that of users or groups, and no custom type. */
export function isMemberType(type: ResourceTypeName): type is MemberType {
  return type === 'User' || type === 'Group';
}

/** The attribute that a path such as `name.givenName` or `urn:…:User:manager.value` leads to. */
export interface Target {
  /** URN of the extension that holds the attribute; undefined for core and common attributes. */
  readonly extension: string | undefined;
  readonly attribute: Attribute;
  readonly subAttribute: Attribute | undefined;
}

/** The extension that a path such as `urn:…:enterprise:2.0:User` leads to. */
export interface ExtensionTarget {
  readonly extension: string;
  readonly attribute: undefined;
}

/** An attribute whose values have items of their own, so that filters find them by key. */
export interface IndexedAttribute {
  /** The path, as `describeTarget` returns it, such as `emails.value`. */
  readonly name: string;
  readonly target: Target;
  /** Whether no two resources of a connection may have the same value. */
  readonly unique: boolean;
}

/** The indexed attributes of a resource type. */
export type IndexedAttributes = readonly IndexedAttribute[];

/** What a resource type consists of (RFC 7643 section 6). */
export interface ResourceTypeParts {
  readonly name: ResourceTypeName;
  /** Path below the base URL: `/Users`. */
  readonly endpoint: string;
  readonly description: string;
  /** The core schema. */
  readonly schema: Schema;
  /** @default - none */
  readonly extensions?: readonly Schema[];
  /** URNs of the extensions that every resource must have. @default - none */
  readonly requiredExtensions?: readonly string[];
  /** Paths of the attributes that no two resources of a connection have the same value of. */
  readonly unique: readonly string[];
  /** Paths of further attributes that filters find resources by. */
  readonly indexed: readonly string[];
  /** The attribute that is stored elsewhere. @default - none */
  readonly derived?: DerivedName;
}

/** The attributes that are stored elsewhere than with their resource: as memberships. */
export type DerivedName = 'groups' | 'members';

/** A resource type with its endpoint, schema and extensions (RFC 7643 section 6). */
export class ResourceType {
  readonly name: ResourceTypeName;
  readonly endpoint: string;
  readonly description: string;
  readonly schema: Schema;
  readonly extensions: readonly Schema[];
  readonly requiredExtensions: readonly string[];
  readonly derived: DerivedName | undefined;
  /** Common and core attributes. */
  readonly attributes: readonly Attribute[];
  /** Immutable attributes of the core schema and of extensions. */
  readonly immutable: readonly Target[];
  /**
   * Required attributes; a required sub-attribute or extension attribute only within its container.
   */
  readonly required: readonly Target[];
  readonly indexed: IndexedAttributes;
  private readonly byUrn: ReadonlyMap<string, Schema>;
  private readonly byAttribute: ReadonlyMap<string, Schema>;
  /** The schemas, longest URN first, because one URN may start with another. */
  private readonly byLength: readonly Schema[];

  /** @throws Error if it has no attribute that `unique` or `indexed` names */
  constructor(private readonly parts: ResourceTypeParts) {
    const { schema, extensions = [] } = parts;
    this.name = parts.name;
    this.endpoint = parts.endpoint;
    this.description = parts.description;
    this.schema = schema;
    this.extensions = extensions;
    this.requiredExtensions = parts.requiredExtensions ?? [];
    this.derived = parts.derived;
    // `meta` comes last, as in the RFC's examples.
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
    // Elements of a multi-valued attribute may be added and removed: their immutable sub-attributes
    // are not compared with the stored ones.
    this.immutable = targets.filter(
      ({ attribute, subAttribute }) =>
        (subAttribute ?? attribute).mutability === 'immutable' &&
        !(subAttribute !== undefined && attribute.multiValued),
    );
    this.required = targets.filter(
      ({ attribute, subAttribute }) =>
        (subAttribute ?? attribute).required && attribute.name !== 'schemas',
    );
    this.byUrn = new Map(extensions.map((extension) => [extension.id.toLowerCase(), extension]));
    // The first extension comes last, so that it wins.
    this.byAttribute = new Map(
      [...extensions]
        .reverse()
        .flatMap((extension) =>
          extension.attributes.map(({ name }) => [name.toLowerCase(), extension] as const),
        ),
    );
    this.byLength = [schema, ...extensions].sort((a, b) => b.id.length - a.id.length);
    this.indexed = [
      ...parts.unique.flatMap((path) => this.indexedAttribute(path, true)),
      ...parts.indexed.flatMap((path) => this.indexedAttribute(path, false)),
    ];
  }

  /** Returns this type with further extensions. */
  extendedBy(extensions: readonly Schema[]): ResourceType {
    return new ResourceType({ ...this.parts, extensions: [...this.extensions, ...extensions] });
  }

  /** Finds an extension by its URN, ignoring case. */
  extension(urn: string): Schema | undefined {
    return this.byUrn.get(urn.toLowerCase());
  }

  /** Finds the first extension that has an attribute, ignoring case. */
  extensionWith(attributeName: string): Schema | undefined {
    return this.byAttribute.get(attributeName.toLowerCase());
  }

  /**
   * Resolves a path of the form `[URN:]attribute[.subAttribute]` (RFC 7644 section 3.10), ignoring
   * case.
   * @returns undefined if this type has no such attribute
   */
  resolve(path: string): Target | ExtensionTarget | undefined {
    const named = this.schemaOf(path);
    const rest = named === undefined ? path : path.slice(named.id.length);
    if (named !== undefined && named !== this.schema) {
      if (rest === '') return { extension: named.id, attribute: undefined };
      return resolveIn(named.attributes, named.id, rest.slice(1));
    }
    const name = named === undefined ? path : rest.slice(1);
    return resolveIn(this.attributes, undefined, name);
  }

  /**
   * Returns the schema whose URN a path starts with, ignoring case.
   * @param separator follows the URN, unless the path ends there
   */
  schemaOf(path: string, separator: ':' | '.' = ':'): Schema | undefined {
    return this.byLength.find(
      ({ id }) =>
        (path.length === id.length || path[id.length] === separator) &&
        path.slice(0, id.length).toLowerCase() === id.toLowerCase(),
    );
  }

  /** Returns the attribute at a path, if the type has it. */
  private indexedAttribute(path: string, unique: boolean): IndexedAttributes {
    const target = this.resolve(path);
    return target?.attribute === undefined
      ? []
      : [{ name: describeTarget(target), target, unique }];
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

/** Users with the extension of the RFC. */
export const USER = new ResourceType({
  name: 'User',
  endpoint: '/Users',
  description: 'User Account',
  schema: USER_SCHEMA,
  extensions: [ENTERPRISE_USER_SCHEMA],
  unique: ['userName'],
  indexed: ['externalId', 'emails.value'],
  derived: 'groups',
});

/** Groups without extensions. Whether names are unique depends on the identity provider. */
export const GROUP = new ResourceType({
  name: 'Group',
  endpoint: '/Groups',
  description: 'Group',
  schema: GROUP_SCHEMA,
  unique: ['displayName'],
  indexed: ['externalId'],
  derived: 'members',
});

/** The resource types of a connection. */
export interface ResourceTypes {
  readonly user: ResourceType;
  readonly group: ResourceType;
}

/**
 * Returns the resource types with a connection's own extensions in addition to those of the RFC. An
 * extension whose URN ends with `:Group` (in any case) extends groups, all others extend users.
 */
export function resourceTypesWith(extensions: readonly Schema[]): ResourceTypes {
  if (extensions.length === 0) return { user: USER, group: GROUP };
  const types = extendedTypes.get(extensions) ?? extendTypes(extensions);
  extendedTypes.set(extensions, types);
  return types;
}

/** Building types takes longer than a request; the same list of extensions has the same types. */
const extendedTypes = new WeakMap<readonly Schema[], ResourceTypes>();

function extendTypes(extensions: readonly Schema[]): ResourceTypes {
  const ofGroups = extensions.filter(({ id }) => extendsGroups(id));
  const ofUsers = extensions.filter(({ id }) => !extendsGroups(id));
  return { user: USER.extendedBy(ofUsers), group: GROUP.extendedBy(ofGroups) };
}

function extendsGroups(urn: string): boolean {
  return /:group$/i.test(urn);
}

/**
 * Returns a target as messages and paths write it: `name.givenName`, `urn:…:User:manager.value`.
 */
export function describeTarget({ extension, attribute, subAttribute }: Target): string {
  const prefix = extension === undefined ? '' : `${extension}:`;
  return `${prefix}${attribute.name}${subAttribute === undefined ? '' : `.${subAttribute.name}`}`;
}
