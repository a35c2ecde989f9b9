import { isArray, isObject, type Json, type JsonObject } from '../json';

/**
 * A reference to a resource that another operation of the same bulk request creates (RFC 7644
 * section 3.7.2): `bulkId:qwerty` as a value, at the end of a path or URI, or in the value filter
 * of a PATCH path.
 */
const REFERENCE = /(^|\/|")bulkId:([^/?#"]+)(?=$|")/g;

/** Returns the bulkIds that a value or path refers to, at any depth. */
export function referencesIn(value: Json | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  collect(value, found);
  return found;
}

function collect(value: Json | undefined, found: Set<string>): void {
  if (typeof value === 'string') {
    if (!value.includes('bulkId:')) return;
    for (const [, , bulkId] of value.matchAll(REFERENCE))
      if (bulkId !== undefined) found.add(bulkId);
  } else if (isArray(value)) {
    for (const element of value) collect(element, found);
  } else if (isObject(value)) {
    for (const part of Object.values(value)) collect(part, found);
  }
}

/** Returns a value with references replaced by ids. A reference without an id stays as it is. */
export function withIds(value: Json, ids: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') {
    return value.replace(REFERENCE, (whole, before: string, bulkId: string) => {
      const id = ids.get(bulkId);
      return id === undefined ? whole : `${before}${id}`;
    });
  }
  if (isArray(value)) return value.map((element) => withIds(element, ids));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      part === undefined ? null : withIds(part, ids),
    ]),
  );
}

/**
 * Splits a resource into the attributes that can be created now and those that refer to resources
 * which do not exist yet. This resolves circular references (RFC 7644 section 3.7.1).
 * @param missing returns whether the resource with a bulkId does not exist yet
 */
export function splitByReferences(
  data: JsonObject,
  missing: (bulkId: string) => boolean,
): { readonly now: JsonObject; readonly later: JsonObject } {
  const entries = Object.entries(data);
  const refers = ([, value]: [string, Json | undefined]): boolean =>
    [...referencesIn(value)].some(missing);
  return {
    now: Object.fromEntries(entries.filter((part) => !refers(part))),
    later: Object.fromEntries(entries.filter(refers)),
  };
}
