/* JSON values as clients send them, and functions that inspect them. */

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object. A member that is undefined counts as absent. */
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/**
 * Parses JSON text. The cast is safe: by the language specification, `JSON.parse` without a reviver
 * returns only JSON values.
 * @throws SyntaxError
 */
export function parseJson(text: string): Json {
  return JSON.parse(text) as Json;
}

/** Returns whether a value is a JSON object: neither null nor an array. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Returns whether a value is a JSON array. `Array.isArray` alone loses the element type of a
 * readonly array.
 */
export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Returns a value that is a string; an empty string for anything else. */
export function asText(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/**
 * Returns an own property of an object, never one of its prototype: a client may send `constructor`
 * or `__proto__` as an attribute name.
 */
export function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * Returns the own property whose name matches, ignoring case: attribute names and schema URNs are
 * case-insensitive (RFC 7643 section 2.1). An exact match is preferred.
 */
export function ownIgnoringCase(object: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(object, name)) return object[name];
  const wanted = name.toLowerCase();
  const found = Object.keys(object).find((key) => key.toLowerCase() === wanted);
  return found === undefined ? undefined : object[found];
}

/**
 * Returns whether two values are structurally equal. The order of an object's members is
 * irrelevant, the order of an array's elements is not.
 */
export function equalJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (isArray(left) && isArray(right)) {
    return (
      left.length === right.length && left.every((value, index) => equalJson(value, right[index]))
    );
  }
  if (isObject(left) && isObject(right)) {
    const names = Object.keys(left);
    return (
      names.length === Object.keys(right).length &&
      names.every((name) => Object.hasOwn(right, name) && equalJson(left[name], right[name]))
    );
  }
  return false;
}

/** The parts of a JSON value, counted. */
export interface JsonShape {
  /** Values, including those inside others. */
  readonly values: number;
  /** Members of the object that has most. */
  readonly members: number;
  /** Whether a number was too large to read, such as 1e999. */
  readonly isInfinite: boolean;
}

/** Returns what a value consists of. */
export function shapeOf(value: Json): JsonShape {
  let [values, members, isInfinite] = [0, 0, false];
  const visit = (part: Json | undefined): void => {
    values += 1;
    if (typeof part === 'number') isInfinite ||= !Number.isFinite(part);
    else if (isArray(part)) part.forEach(visit);
    else if (isObject(part)) {
      const parts = Object.values(part);
      members = Math.max(members, parts.length);
      parts.forEach(visit);
    }
  };
  visit(value);
  return { values, members, isInfinite };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * Returns whether JSON text nests deeper than a number of levels: recursive readers must not
 * overflow.
 */
export function isDeep(text: string, levels: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (character === QUOTE) inString = !inString;
    else if (inString) index += character === BACKSLASH ? 1 : 0;
    else if (OPENING.has(character)) depth += 1;
    else if (CLOSING.has(character)) depth -= 1;
    if (depth > levels) return true;
  }
  return false;
}
