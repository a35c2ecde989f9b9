import type { Json, JsonObject } from '../json';

/* Changes to JSON objects that leave the original as it is. */

/** Returns a copy of an object with a member set, or without it if the value is undefined. */
export function withMember(object: JsonObject, name: string, value: Json | undefined): JsonObject {
  return value === undefined ? withoutMember(object, name) : { ...object, [name]: value };
}

/** Returns a copy of an object without a member. */
export function withoutMember(object: JsonObject, name: string): JsonObject {
  const { [name]: _, ...rest } = object;
  return rest;
}

/**
 * Returns the object, or undefined if it has no members: it then leaves its attribute unassigned.
 */
export function nonEmpty(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}
