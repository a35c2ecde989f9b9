/** A JSON object, whose members are checked where they are read. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A place in a source, from which an import goes on: a number of lines, or a page of a server. */
export type Place = number | JsonObject;

/** A resource of a source. */
export interface SourceLine {
  /** Its number in the source, from 1: in a file, that of its line. */
  readonly number: number;
  /** The resource as JSON on one line. */
  readonly text: string;
  /** The place to go on from when this line is done. */
  readonly next: Place;
}

/** Where users and groups are imported from. */
export interface Source {
  /** Names the source in a checkpoint: a path or a URL. */
  readonly name: string;
  /** The number of lines; undefined while it is unknown. */
  readonly total: number | undefined;
  /** Yields the lines, users before groups. @param from the place at which an earlier run ended */
  lines(from: Place | undefined): Iterable<SourceLine> | AsyncIterable<SourceLine>;
}

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** Returns the object in a value; undefined if it is none. */
export function objectIn(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** Returns the objects in a list; none if the value is no list. */
export function objectsIn(value: unknown): readonly JsonObject[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.map(objectIn).filter((object) => object !== undefined);
}

/** Returns a text; undefined for an empty one and for other values. */
export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Returns an object without the members that are undefined. */
export function present(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** Members in a line: a larger group is spread over several. */
const LINE_MEMBERS = 1000;

/** Returns a group with its members as lines: each has a part of them. */
export function memberLines(
  group: JsonObject,
  members: readonly JsonObject[],
): readonly JsonObject[] {
  const lines: JsonObject[] = [];
  for (let start = 0; start < members.length; start += LINE_MEMBERS) {
    lines.push({ ...group, members: members.slice(start, start + LINE_MEMBERS) });
  }
  return lines;
}
