import { morePrimaries, requiredMissing, wrongValue } from '../errors/value-errors';
import { instant } from '../filter/compare';
import { isArray, isObject, type Json, type JsonObject } from '../json';
import { findAttribute, type Attribute } from '../schema/attribute';

/**
 * Validates a value that a client sent for an attribute and converts it to stored form: with
 * canonical names, without readOnly and unassigned sub-attributes, and without duplicate elements.
 * @param path the attribute's name in error messages
 * @returns undefined if the value leaves the attribute unassigned: null or an empty array (RFC 7643
 * section 2.5), or a complex value without any remaining sub-attribute
 * @throws ScimError 400 `invalidValue`, with the path
 */
export function parseValue(
  attribute: Attribute,
  value: Json,
  path = attribute.name,
): Json | undefined {
  if (value === null) return undefined;
  if (!attribute.multiValued) return parseElement(attribute, value, path);
  if (!isArray(value)) throw wrongValue(path, 'an array', value);
  return parseElements(attribute, value, path);
}

/**
 * Validates one element of a multi-valued attribute, or the value of a single-valued attribute.
 * Otherwise the same as `parseValue`.
 * @throws ScimError 400 `invalidValue`
 */
export function parseElement(
  attribute: Attribute,
  value: Json,
  path = attribute.name,
): Json | undefined {
  if (value === null) return undefined;
  return attribute.type === 'complex'
    ? parseComplex(attribute, value, path)
    : parseSimple(attribute, value, path);
}

function parseElements(
  attribute: Attribute,
  values: readonly Json[],
  path: string,
): Json | undefined {
  const elements: Json[] = [];
  for (const [index, value] of values.entries()) {
    const element = parseElement(attribute, value, `${path}[${index}]`);
    if (element !== undefined) elements.push(element);
  }
  checkPrimary(elements, path);
  const distinct = distinctElements(attribute, elements);
  return distinct.length === 0 ? undefined : distinct;
}

/**
 * Merges duplicate elements: RFC 7643 section 2.4 recommends not to return the same combination of
 * `type` and `value` more than once. Elements of attributes with further sub-attributes than the
 * RFC's own are duplicates only if they are equal, apart from `primary`. Parts of later elements
 * win.
 */
export function distinctElements(attribute: Attribute, elements: readonly Json[]): readonly Json[] {
  if (elements.length < 2) return elements;
  const hasOnlyDefaults = attribute.subAttributes?.every(({ name }) => DEFAULTS.has(name)) ?? true;
  const distinct = new Map<string, Json>();
  for (const element of elements) {
    const key = hasOnlyDefaults ? identity(element) : wholeIdentity(element);
    const before = distinct.get(key);
    if (!isObject(before) || !isObject(element)) distinct.set(key, before ?? element);
    else {
      const isPrimary = before['primary'] === true || element['primary'] === true;
      distinct.set(key, { ...before, ...element, ...(isPrimary ? { primary: true } : {}) });
    }
  }
  return [...distinct.values()];
}

/** The default sub-attributes of multi-valued attributes (RFC 7643 section 2.4). */
const DEFAULTS: ReadonlySet<string> = new Set(['value', 'type', 'display', 'primary', '$ref']);

/**
 * Returns a key that is equal for duplicate elements: value and type, or the whole element if it
 * has no value.
 */
function identity(element: Json): string {
  if (!isObject(element)) return JSON.stringify(element);
  const { value, type } = element;
  if (typeof value === 'string' && (type === undefined || typeof type === 'string'))
    return `${type ?? ''}\u0000${value}`;
  return value === undefined ? wholeIdentity(element) : JSON.stringify([value, type]);
}

function wholeIdentity(element: Json): string {
  if (!isObject(element)) return JSON.stringify(element);
  const { primary: _, ...parts } = element;
  return JSON.stringify(Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** RFC 7643 section 2.4: "The primary attribute value 'true' MUST appear no more than once." */
function checkPrimary(elements: readonly Json[], path: string): void {
  if (elements.filter((element) => isObject(element) && element['primary'] === true).length > 1) {
    throw morePrimaries(path);
  }
}

function parseComplex(attribute: Attribute, value: Json, path: string): JsonObject | undefined {
  if (!isObject(value)) throw wrongValue(path, 'an object', value);
  const out = parseMembers(attribute.subAttributes ?? [], value, `${path}.`);
  const missing = attribute.subAttributes?.find(
    ({ name, required }) => required && out[name] === undefined,
  );
  if (missing !== undefined) throw requiredMissing(`${path}.${missing.name}`);
  return Object.keys(out).length === 0 ? undefined : out;
}

/**
 * Validates the members of an object against attribute definitions. Unknown, readOnly and
 * unassigned members are dropped. A writeOnly value (a password) is validated, but never stored.
 * @param prefix text before each name in error messages
 * @returns the attributes in stored form
 * @throws ScimError 400 `invalidValue`
 */
export function parseMembers(
  definitions: readonly Attribute[],
  object: JsonObject,
  prefix: string,
): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const name of Object.keys(object)) {
    const definition = findAttribute(definitions, name);
    const sent = object[name];
    if (definition === undefined || definition.mutability === 'readOnly' || sent === undefined)
      continue;
    // If the same name is sent in two cases, the schema's spelling wins.
    if (name !== definition.name && Object.hasOwn(object, definition.name)) continue;
    const parsed = parseValue(definition, sent, `${prefix}${definition.name}`);
    if (parsed !== undefined && definition.mutability !== 'writeOnly')
      out[definition.name] = parsed;
  }
  return out;
}

function parseSimple(attribute: Attribute, value: Json, path: string): Json {
  switch (attribute.type) {
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongValue(path, 'true or false', value);
      return value;
    case 'integer':
      if (!Number.isSafeInteger(value)) throw wrongValue(path, 'an integer', value);
      return value;
    case 'decimal':
      // JSON text such as 1e999 is read as infinity.
      if (!Number.isFinite(value)) throw wrongValue(path, 'a number', value);
      return value;
    case 'dateTime':
      if (typeof value !== 'string' || Number.isNaN(instant(value))) {
        throw wrongValue(path, 'a date and time such as "2026-01-31T08:00:00Z"', value);
      }
      return value;
    case 'binary':
      if (typeof value !== 'string' || !BASE64.test(value))
        throw wrongValue(path, 'a string in base64', value);
      return value;
    default:
      if (typeof value !== 'string') throw wrongValue(path, 'a string', value);
      // A lone surrogate cannot be stored as UTF-8.
      if (!value.isWellFormed()) throw wrongValue(path, 'well-formed Unicode', value);
      return value;
  }
}

// RFC 7643 section 2.3.6 allows base64 and base64url, padded or not (RFC 4648 sections 4 and 5).
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
