/* Attribute definitions with all characteristics of RFC 7643 sections 2.2 and 7. */

/** The data types of RFC 7643 section 2.3. */
export type AttributeType =
  'string' | 'boolean' | 'decimal' | 'integer' | 'dateTime' | 'binary' | 'reference' | 'complex';

/** Whether and how an attribute's value can be set and changed (RFC 7643 section 7). */
export type Mutability = 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';

/** When an answer contains an attribute (RFC 7643 section 7). */
export type Returned = 'always' | 'never' | 'default' | 'request';

/** The scope in which a value must be unique (RFC 7643 section 7). */
export type Uniqueness = 'none' | 'server' | 'global';

/** The definition of an attribute or sub-attribute (RFC 7643 section 7). */
export interface Attribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: Mutability;
  readonly returned: Returned;
  readonly uniqueness: Uniqueness;
  /** Suggested values. Clients may send others (RFC 7643 section 7). */
  readonly canonicalValues?: readonly string[];
  /** Allowed targets of a reference: resource types, `external` or `uri`. */
  readonly referenceTypes?: readonly string[];
  /** Set for complex attributes; sub-attributes are never complex (RFC 7643 section 2.3.8). */
  readonly subAttributes?: readonly Attribute[];
}

/** A schema of a resource type or an extension (RFC 7643 section 7). */
export interface Schema {
  /** The schema's URN. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

type Characteristics = Partial<Omit<Attribute, 'name' | 'description'>>;

/** Creates an attribute. Omitted characteristics have the defaults of RFC 7643 section 2.2. */
export function attribute(
  name: string,
  description: string,
  characteristics: Characteristics = {},
): Attribute {
  const type = characteristics.type ?? 'string';
  return {
    name,
    type,
    multiValued: false,
    description,
    required: false,
    // References are case-sensitive, because URIs are (RFC 7643 section 2.3.7).
    caseExact: type === 'reference' || type === 'binary',
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...characteristics,
  };
}

/** Creates a complex attribute; its characteristics have the same defaults. */
export function complex(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  characteristics: Characteristics = {},
): Attribute {
  return attribute(name, description, { ...characteristics, type: 'complex', subAttributes });
}

const indexes = new WeakMap<readonly Attribute[], ReadonlyMap<string, Attribute>>();

/** Finds an attribute by its name, ignoring case (RFC 7643 section 2.1). */
export function findAttribute(
  attributes: readonly Attribute[],
  name: string,
): Attribute | undefined {
  let index = indexes.get(attributes);
  if (index === undefined) {
    index = new Map(attributes.map((candidate) => [candidate.name.toLowerCase(), candidate]));
    indexes.set(attributes, index);
  }
  return index.get(name.toLowerCase());
}

/** Finds a sub-attribute by its name, ignoring case. A simple attribute has none. */
export function findSubAttribute(parent: Attribute, name: string): Attribute | undefined {
  return parent.subAttributes === undefined ? undefined : findAttribute(parent.subAttributes, name);
}

/**
 * Creates the default sub-attributes of multi-valued attributes other than `value` and `$ref`:
 * `display`, `type` and `primary` (RFC 7643 section 2.4).
 */
export function multiValuedParts(canonicalTypes?: readonly string[]): Attribute[] {
  return [
    attribute('display', 'A human-readable name, primarily used for display purposes.'),
    attribute('type', "A label indicating the attribute's function.", {
      ...(canonicalTypes === undefined ? {} : { canonicalValues: canonicalTypes }),
    }),
    attribute('primary', "Whether this is the preferred value; 'true' appears at most once.", {
      type: 'boolean',
    }),
  ];
}
