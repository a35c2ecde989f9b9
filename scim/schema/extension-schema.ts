import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../json';
import { attribute, type Attribute, type AttributeType, type Schema } from './attribute';

/** A problem in a schema that an administrator sent. */
export interface SchemaProblem {
  /** JSON pointer (RFC 6901) into the schema. */
  readonly pointer: string;
  /** Completes a sentence that starts with the pointer: `must be true or false`. */
  readonly detail: string;
}

/** A valid schema, or all problems that were found. */
export type ParsedSchema =
  { readonly schema: Schema } | { readonly problems: readonly SchemaProblem[] };

/** Limits of a schema. It is read with every request of its connection. */
const MAXIMUM_ATTRIBUTES = 100;
const MAXIMUM_TEXT = 500;

const TYPES: readonly AttributeType[] = [
  'string',
  'boolean',
  'decimal',
  'integer',
  'dateTime',
  'binary',
  'reference',
  'complex',
];

/**
 * Parses the schema of an extension in the form of RFC 7643 section 7, as `/Schemas` serves it.
 * Characteristics that are not given have the defaults of section 2.2.
 * @param urn under which the schema is stored; the schema's `id`, if it has one, must be the same
 */
export function parseExtensionSchema(urn: string, body: Json): ParsedSchema {
  const reader = new SchemaReader();
  const schema = reader.schema(urn, body);
  return reader.problems.length > 0 ? { problems: reader.problems } : { schema };
}

class SchemaReader {
  readonly problems: SchemaProblem[] = [];

  schema(urn: string, body: Json): Schema {
    const source = isObject(body) ? body : {};
    if (!isObject(body)) this.problem('', 'must be a JSON object');
    if (!/^urn:[a-z0-9][a-z0-9-]{1,31}:[\w.:-]{1,200}$/i.test(urn))
      this.problem('/id', 'must be a URN such as urn:example:2.0:User');
    const id = this.text(source, 'id', '', urn);
    if (id.toLowerCase() !== urn.toLowerCase())
      this.problem('/id', `must be ${urn}, as in the URL`);
    return {
      id: urn,
      name: this.text(source, 'name', '', urn.split(':').at(-1) ?? urn),
      description: this.text(source, 'description', '', ''),
      attributes: this.attributes(source, 'attributes', '', true),
    };
  }

  private attributes(
    source: JsonObject,
    member: string,
    path: string,
    mayBeComplex: boolean,
  ): readonly Attribute[] {
    const pointer = `${path}/${member}`;
    const list = ownIgnoringCase(source, member);
    if (!isArray(list) || list.length === 0 || list.length > MAXIMUM_ATTRIBUTES) {
      this.problem(pointer, `must be a list of 1 to ${MAXIMUM_ATTRIBUTES} attributes`);
      return [];
    }
    const attributes = list.map((element, index) =>
      this.attribute(element, `${pointer}/${index}`, mayBeComplex),
    );
    const names = attributes.map(({ name }) => name.toLowerCase());
    names.forEach((name, index) => {
      if (names.indexOf(name) !== index)
        this.problem(`${pointer}/${index}/name`, 'is already the name of another attribute');
    });
    return attributes;
  }

  private attribute(element: Json, path: string, mayBeComplex: boolean): Attribute {
    const source = isObject(element) ? element : {};
    if (!isObject(element)) this.problem(path, 'must be a JSON object');
    const name = this.text(source, 'name', path, '');
    if (!/^(?:[A-Za-z][\w-]{0,99}|\$ref)$/.test(name)) {
      this.problem(
        `${path}/name`,
        'must start with a letter and contain only letters, digits, "_" and "-"',
      );
    } else if (name in Object.prototype) {
      this.problem(`${path}/name`, 'is a reserved name in JavaScript; choose another name');
    }
    const type = this.oneOf(source, 'type', path, TYPES, 'string');
    if (type === 'complex' && !mayBeComplex)
      this.problem(`${path}/type`, 'cannot be complex inside a complex attribute');
    const canonicalValues = this.texts(source, 'canonicalValues', path);
    const referenceTypes = this.texts(source, 'referenceTypes', path);
    return attribute(name, this.text(source, 'description', path, ''), {
      type,
      multiValued: this.flag(source, 'multiValued', path, false),
      required: this.flag(source, 'required', path, false),
      caseExact: this.flag(source, 'caseExact', path, type === 'reference' || type === 'binary'),
      // readOnly and writeOnly are not supported: clients could not set the value, or not read it.
      mutability: this.oneOf(
        source,
        'mutability',
        path,
        ['readWrite', 'immutable'] as const,
        'readWrite',
      ),
      returned: this.oneOf(
        source,
        'returned',
        path,
        ['always', 'default', 'request'] as const,
        'default',
      ),
      // Unique values would need their own items in the table.
      uniqueness: this.oneOf(source, 'uniqueness', path, ['none'] as const, 'none'),
      ...(canonicalValues === undefined ? {} : { canonicalValues }),
      ...(referenceTypes === undefined ? {} : { referenceTypes }),
      ...(type === 'complex' && mayBeComplex
        ? { subAttributes: this.attributes(source, 'subAttributes', path, false) }
        : {}),
    });
  }

  private text(source: JsonObject, member: string, path: string, fallback: string): string {
    const value = ownIgnoringCase(source, member) ?? fallback;
    if (typeof value === 'string' && value.length <= MAXIMUM_TEXT) return value;
    this.problem(`${path}/${member}`, `must be a string of at most ${MAXIMUM_TEXT} characters`);
    return fallback;
  }

  private texts(source: JsonObject, member: string, path: string): readonly string[] | undefined {
    const value = ownIgnoringCase(source, member) ?? undefined;
    if (value === undefined) return undefined;
    const texts = isArray(value) ? value.filter((element) => typeof element === 'string') : [];
    if (!isArray(value) || texts.length !== value.length || texts.length > MAXIMUM_ATTRIBUTES) {
      this.problem(`${path}/${member}`, `must be a list of at most ${MAXIMUM_ATTRIBUTES} strings`);
    }
    return texts;
  }

  private flag(source: JsonObject, member: string, path: string, fallback: boolean): boolean {
    const value = ownIgnoringCase(source, member) ?? fallback;
    if (typeof value === 'boolean') return value;
    this.problem(`${path}/${member}`, 'must be true or false');
    return fallback;
  }

  private oneOf<T extends string>(
    source: JsonObject,
    member: string,
    path: string,
    allowed: readonly T[],
    fallback: T,
  ): T {
    const value = ownIgnoringCase(source, member) ?? fallback;
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined)
      this.problem(
        `${path}/${member}`,
        `must be ${allowed.map((name) => `"${name}"`).join(' or ')}`,
      );
    return found ?? fallback;
  }

  private problem(pointer: string, detail: string): void {
    this.problems.push({ pointer, detail });
  }
}

/**
 * A part of the old schema whose stored values may not fit the new one: an attribute, a
 * sub-attribute, or, without a name, the whole extension.
 */
export interface LostAttribute {
  readonly name: string | undefined;
  readonly subAttribute: string | undefined;
}

/**
 * Compares two versions of a schema and returns what resources may have stored that does not fit
 * the new one: attributes that are gone, that changed their type or became single- or multi-valued,
 * or that may lack a newly required value.
 */
export function lostAttributes(before: Schema, after: Schema): readonly LostAttribute[] {
  const gone = before.attributes.flatMap((old): readonly LostAttribute[] => {
    const now = after.attributes.find(({ name }) => name === old.name);
    if (now === undefined || !fits(old, now)) return [{ name: old.name, subAttribute: undefined }];
    const [oldParts, parts] = [old.subAttributes ?? [], now.subAttributes ?? []];
    if (hasNewlyRequired(oldParts, parts)) return [{ name: old.name, subAttribute: undefined }];
    const lostParts = oldParts.filter(
      (part) => !parts.some((other) => other.name === part.name && fits(part, other)),
    );
    return lostParts.map((part) => ({ name: old.name, subAttribute: part.name }));
  });
  const isStricter = hasNewlyRequired(before.attributes, after.attributes);
  return isStricter ? [...gone, { name: undefined, subAttribute: undefined }] : gone;
}

function fits(old: Attribute, now: Attribute): boolean {
  return now.type === old.type && now.multiValued === old.multiValued;
}

function hasNewlyRequired(before: readonly Attribute[], after: readonly Attribute[]): boolean {
  return after.some(
    ({ name, required }) => required && before.find((old) => old.name === name)?.required !== true,
  );
}
