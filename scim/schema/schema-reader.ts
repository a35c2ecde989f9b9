import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../json';
import {
  attribute,
  type Attribute,
  type AttributeType,
  type Schema,
  type Uniqueness,
} from './attribute';
import { COMMON_ATTRIBUTES } from './common';

/** A problem in a schema that an administrator sent. */
export interface SchemaProblem {
  /** JSON pointer (RFC 6901) into the schema. */
  readonly pointer: string;
  /** Completes a sentence that starts with the pointer: `must be true or false`. */
  readonly detail: string;
}

/** Limits of a schema. It is read with every request of its connection. */
const MAXIMUM_ATTRIBUTES = 100;

/** Each unique value is an item, and a transaction holds those before and after a change. */
const MAXIMUM_UNIQUE = 10;
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

/** Attributes that every resource has, so that no core schema can define them. */
const COMMON = new Set(COMMON_ATTRIBUTES.map(({ name }) => name.toLowerCase()));

/**
 * What a schema is for. Only core schemas have unique values; an extension may be added to
 * resources that exist already.
 */
export type SchemaUse = 'core' | 'extension';

/** Reads what an administrator sent, and notes every problem in it. */
export class SchemaReader {
  readonly problems: SchemaProblem[] = [];

  /**
   * Reads a schema in the form of RFC 7643 section 7, as `/Schemas` serves it. Characteristics that
   * are not given have the defaults of section 2.2.
   * @param urn under which it is stored; the schema's `id`, if it has one, must be the same
   * @param path JSON pointer to the schema
   */
  schema(urn: string, body: Json, use: SchemaUse, path = ''): Schema {
    const source = this.object(body, path);
    if (!/^urn:[a-z0-9][a-z0-9-]{1,31}:[\w.:-]{1,200}$/i.test(urn))
      this.problem(`${path}/id`, 'must be a URN such as urn:example:2.0:User');
    const id = this.text(source, 'id', path, urn);
    if (id.toLowerCase() !== urn.toLowerCase())
      this.problem(`${path}/id`, `must be ${urn}, as in the URL`);
    return {
      id: urn,
      name: this.text(source, 'name', path, urn.split(':').at(-1) ?? urn),
      description: this.text(source, 'description', path, ''),
      attributes: this.attributes(source, 'attributes', path, use, true),
    };
  }

  /** Reads an object; an empty one if it is none. */
  object(body: Json | undefined, path: string): JsonObject {
    if (isObject(body)) return body;
    this.problem(path, 'must be a JSON object');
    return {};
  }

  private attributes(
    source: JsonObject,
    member: string,
    path: string,
    use: SchemaUse,
    isTop: boolean,
  ): readonly Attribute[] {
    const pointer = `${path}/${member}`;
    const list = ownIgnoringCase(source, member);
    if (!isArray(list) || list.length === 0 || list.length > MAXIMUM_ATTRIBUTES) {
      this.problem(pointer, `must be a list of 1 to ${MAXIMUM_ATTRIBUTES} attributes`);
      return [];
    }
    const attributes = list.map((element, index) =>
      this.attribute(element, `${pointer}/${index}`, use, isTop),
    );
    if (attributes.filter(({ uniqueness }) => uniqueness !== 'none').length > MAXIMUM_UNIQUE)
      this.problem(pointer, `must have at most ${MAXIMUM_UNIQUE} unique attributes`);
    const names = attributes.map(({ name }) => name.toLowerCase());
    names.forEach((name, index) => {
      if (names.indexOf(name) !== index)
        this.problem(`${pointer}/${index}/name`, 'is already the name of another attribute');
    });
    return attributes;
  }

  private attribute(element: Json, path: string, use: SchemaUse, isTop: boolean): Attribute {
    const source = this.object(element, path);
    const name = this.text(source, 'name', path, '');
    if (!/^(?:[A-Za-z][\w-]{0,99}|\$ref)$/.test(name)) {
      this.problem(
        `${path}/name`,
        'must start with a letter and contain only letters, digits, "_" and "-"',
      );
    } else if (name in Object.prototype) {
      this.problem(`${path}/name`, 'is a reserved name in JavaScript; choose another name');
    } else if (use === 'core' && isTop && COMMON.has(name.toLowerCase())) {
      this.problem(`${path}/name`, 'is an attribute that every resource has');
    }
    const type = this.oneOf(source, 'type', path, TYPES, 'string');
    if (type === 'complex' && !isTop)
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
      uniqueness: this.uniqueness(source, path, use === 'core' && isTop),
      ...(canonicalValues === undefined ? {} : { canonicalValues }),
      ...(referenceTypes === undefined ? {} : { referenceTypes }),
      ...(type === 'complex' && isTop
        ? { subAttributes: this.attributes(source, 'subAttributes', path, use, false) }
        : {}),
    });
  }

  /** Reads `uniqueness`: only strings of a core schema with one value can be unique. */
  private uniqueness(source: JsonObject, path: string, mayBeUnique: boolean): Uniqueness {
    if (!mayBeUnique) return this.oneOf(source, 'uniqueness', path, ['none'] as const, 'none');
    const found = this.oneOf(source, 'uniqueness', path, ['none', 'server'] as const, 'none');
    const isText = (ownIgnoringCase(source, 'type') ?? 'string') === 'string';
    if (found === 'server' && (!isText || ownIgnoringCase(source, 'multiValued') === true)) {
      this.problem(`${path}/uniqueness`, 'can be "server" for a string with one value only');
    }
    return found;
  }

  /** Reads a text of at most 500 characters. */
  text(source: JsonObject, member: string, path: string, fallback: string): string {
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

  /** Reads true or false. */
  flag(source: JsonObject, member: string, path: string, fallback: boolean): boolean {
    const value = ownIgnoringCase(source, member) ?? fallback;
    if (typeof value === 'boolean') return value;
    this.problem(`${path}/${member}`, 'must be true or false');
    return fallback;
  }

  /** Reads one of several texts. */
  oneOf<T extends string>(
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

  /** Notes a problem. */
  problem(pointer: string, detail: string): void {
    this.problems.push({ pointer, detail });
  }
}
