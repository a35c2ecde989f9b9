/**
 * An attribute of a schema (RFC 7643 section 7).
 */
export interface ScimAttribute {
  /**
   * Name of the attribute: letters, digits, `_` and `-`.
   */
  readonly name: string;

  /**
   * Data type.
   *
   * `string`, `boolean`, `decimal`, `integer`, `dateTime`, `binary`, `reference` or `complex`.
   *
   * @default string
   */
  readonly type?: string;

  /**
   * Description for people.
   *
   * @default - empty
   */
  readonly description?: string;

  /**
   * Whether the attribute has a list of values.
   *
   * @default false
   */
  readonly multiValued?: boolean;

  /**
   * Whether every resource must have the attribute.
   *
   * @default false
   */
  readonly required?: boolean;

  /**
   * Whether the case of letters counts in comparisons.
   *
   * @default - false, except for references and binary values
   */
  readonly caseExact?: boolean;

  /**
   * Whether a value can be changed: `readWrite` or `immutable`.
   *
   * @default readWrite
   */
  readonly mutability?: string;

  /**
   * When answers contain the attribute: `always`, `default` or `request`.
   *
   * @default default
   */
  readonly returned?: string;

  /**
   * `server` if no two resources of the type may have the same value.
   *
   * Only for a string with one value in a core schema.
   *
   * @default none
   */
  readonly uniqueness?: string;

  /**
   * Values that are suggested to clients.
   *
   * @default - none
   */
  readonly canonicalValues?: string[];

  /**
   * Targets of a reference: names of resource types, `external` or `uri`.
   *
   * @default - not stated
   */
  readonly referenceTypes?: string[];

  /**
   * Sub-attributes of a complex attribute.
   *
   * @default - none
   */
  readonly subAttributes?: ScimAttribute[];
}

/**
 * A schema (RFC 7643 section 7).
 */
export interface ScimSchema {
  /**
   * URN of the schema, such as `urn:example:scim:schemas:core:1.0:Device`.
   */
  readonly id: string;

  /**
   * Name for people.
   *
   * @default - the last part of the URN
   */
  readonly name?: string;

  /**
   * Description for people.
   *
   * @default - empty
   */
  readonly description?: string;

  /**
   * The attributes: 1 to 100.
   */
  readonly attributes: ScimAttribute[];
}

/**
 * An extension of a resource type.
 */
export interface ScimSchemaExtension extends ScimSchema {
  /**
   * Whether every resource of the type must have the extension.
   *
   * @default false
   */
  readonly required?: boolean;
}

/**
 * The writer of the resources of a type.
 */
export enum ManagedBy {
  /**
   * SCIM clients create, change and delete the resources.
   */
  CLIENT = 'client',

  /**
   * The application publishes the resources; SCIM clients read them, and get 403 for changes.
   */
  APPLICATION = 'application',
}

/**
 * The treatment of a role or entitlement that its catalog does not have.
 */
export enum Assignments {
  /**
   * The user keeps it, and the provisioning log mentions it once a day.
   */
  LENIENT = 'lenient',

  /**
   * The request is refused with 400.
   */
  STRICT = 'strict',
}

/**
 * Options of resource types that identity providers know.
 */
export interface PresetOptions {
  /**
   * Description for people.
   *
   * @default - the name of the type
   */
  readonly description?: string;

  /**
   * Further schemas: at most 10.
   *
   * @default - none
   */
  readonly extensions?: ScimSchemaExtension[];
}

/**
 * Options of Okta's resource types.
 */
export interface OktaTypeOptions extends PresetOptions {
  /**
   * Treatment of values of users that the catalog does not have.
   *
   * @default Assignments.LENIENT
   */
  readonly assignments?: Assignments;
}

/**
 * Definition of a resource type.
 */
export interface ResourceTypeProps extends OktaTypeOptions {
  /**
   * Name of the type: an uppercase letter, then letters and digits, such as `Device`.
   */
  readonly name: string;

  /**
   * Path below the base URL of a connection: an uppercase letter, then letters, such as `/Devices`.
   */
  readonly endpoint: string;

  /**
   * The core schema.
   */
  readonly schema: ScimSchema;

  /**
   * The writer of the resources.
   *
   * @default ManagedBy.CLIENT
   */
  readonly managedBy?: ManagedBy;

  /**
   * Attribute of users whose values are resources of this type: `roles` or `entitlements`.
   *
   * @default - none
   */
  readonly assignedAs?: string;
}
