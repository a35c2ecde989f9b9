/** An attribute of a schema (RFC 7643 section 7). */
export interface SchemaAttribute {
  readonly name: string;
  readonly type?: string;
  readonly description?: string;
  readonly multiValued?: boolean;
  readonly required?: boolean;
  readonly caseExact?: boolean;
  readonly mutability?: 'readWrite' | 'immutable';
  readonly returned?: 'always' | 'default' | 'request';
  readonly uniqueness?: 'none' | 'server';
  readonly canonicalValues?: readonly string[];
  /** Targets of a reference: names of resource types, `external` or `uri`. */
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly SchemaAttribute[];
}

/** A schema (RFC 7643 section 7). */
export interface SchemaDefinition {
  /** The URN. */
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly attributes: readonly SchemaAttribute[];
}

/** The parts of a resource type that its preset does not have to say. */
interface ResourceTypeOptions {
  readonly description?: string;
  readonly extensions?: readonly (SchemaDefinition & { readonly required?: boolean })[];
  /** Whether SCIM clients or the application write the resources. */
  readonly managedBy?: 'client' | 'application';
  /** The attribute of users whose values are resources of this type. */
  readonly assignedAs?: 'roles' | 'entitlements';
  /** Whether unknown values are stored and logged, or refused. */
  readonly assignments?: 'lenient' | 'strict';
}

/** A resource type of a connection, as it is stored. */
export interface CustomResourceType extends ResourceTypeOptions {
  readonly name: string;
  /** Path below the SCIM base URL: `/Devices`. */
  readonly endpoint: string;
  readonly schema: SchemaDefinition;
  readonly preset?: string;
}

/** The definition of a resource type: all of it, or the name of a preset that has the rest. */
export type ResourceTypeSettings = ResourceTypeOptions &
  (
    | { readonly endpoint: string; readonly schema: SchemaDefinition }
    | { readonly endpoint?: string; readonly preset: 'oktaRole' | 'oktaEntitlement' | 'agent' }
  );
