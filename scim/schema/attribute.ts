/** Attribute definitions with every characteristic of RFC 7643 sections 2.2 and 7. */

export type AttributeType =
  'string' | 'boolean' | 'decimal' | 'integer' | 'dateTime' | 'binary' | 'reference' | 'complex';

export type Mutability = 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
export type Returned = 'always' | 'never' | 'default' | 'request';
export type Uniqueness = 'none' | 'server' | 'global';

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
  /** Suggested values; a client may send others (RFC 7643 section 7). */
  readonly canonicalValues?: readonly string[];
  /** What a reference may point to: resource types, `external` or `uri`. */
  readonly referenceTypes?: readonly string[];
  /** Only of complex attributes; these are never complex themselves (RFC 7643 section 2.3.8). */
  readonly subAttributes?: readonly Attribute[];
}

export interface Schema {
  /** The schema's URN. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

type Characteristics = Partial<Omit<Attribute, 'name' | 'description'>>;

/** An attribute with the defaults of RFC 7643 section 2.2 for every characteristic that is not given. */
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
    // References are case exact, as URIs are (RFC 7643 section 2.3.7).
    caseExact: type === 'reference' || type === 'binary',
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...characteristics,
  };
}

/** A complex attribute with its sub-attributes. */
export function complex(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  characteristics: Characteristics = {},
): Attribute {
  return attribute(name, description, { ...characteristics, type: 'complex', subAttributes });
}

const indexes = new WeakMap<readonly Attribute[], ReadonlyMap<string, Attribute>>();

/** Finds an attribute by name in any case (RFC 7643 section 2.1). */
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

/** Finds a sub-attribute of a complex attribute by name in any case. */
export function findSubAttribute(parent: Attribute, name: string): Attribute | undefined {
  return parent.subAttributes === undefined ? undefined : findAttribute(parent.subAttributes, name);
}

/** What every complex multi-valued attribute of RFC 7643 section 2.4 may have beside its `value`. */
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
