import { operationValue } from '../errors/patch-errors';
import { quoted } from '../errors/scim-error';
import { comparable } from '../filter/compare';
import { isPresent } from '../filter/evaluate';
import { isObject, ownIgnoringCase, type Json, type JsonObject } from '../json';
import type { Attribute } from '../schema/attribute';

/** Sets of sub-attributes by which one operation may identify elements. */
export const MAXIMUM_WAYS = 16;

/**
 * Returns a test of whether an element of an attribute is one of the given ones. A value and a type
 * identify an element; if there is no value (addresses), all given sub-attributes do.
 * @param given the elements as a client sent them
 * @throws ScimError 400 `invalidValue` if one of them has nothing to identify it by
 */
export function isAmong(attribute: Attribute, given: readonly Json[]): (element: Json) => boolean {
  if (attribute.subAttributes === undefined) {
    const values = new Set(given.map((value) => keyOf(attribute, value)));
    return (element) => values.has(keyOf(attribute, element));
  }
  const selections = new Map<string, Selection>();
  for (const element of given) {
    const parts = identifyingParts(attribute, isObject(element) ? element : { value: element });
    const names = parts.map(({ name }) => name).join();
    const selection = selections.get(names) ?? { parts, keys: new Set() };
    if (selections.size === MAXIMUM_WAYS && !selections.has(names)) {
      throw operationValue('The values to remove must be named by the same sub-attributes.', {
        attribute: attribute.name,
        value: given,
      });
    }
    selection.keys.add(keysOf(parts, isObject(element) ? element : { value: element }));
    selections.set(names, selection);
  }
  return (element) =>
    isObject(element) &&
    [...selections.values()].some(({ parts, keys }) => keys.has(keysOf(parts, element)));
}

/** The given elements that are identified by the same sub-attributes. */
interface Selection {
  readonly parts: readonly Attribute[];
  readonly keys: Set<string>;
}

/** @throws ScimError 400 `invalidValue` */
function identifyingParts(attribute: Attribute, element: JsonObject): readonly Attribute[] {
  const given = (attribute.subAttributes ?? []).filter(({ name }) => {
    const part = ownIgnoringCase(element, name) ?? null;
    return isPresent(part) && !isObject(part);
  });
  const hasValue = given.some(({ name }) => name === 'value');
  const parts = given.filter(({ name }) =>
    hasValue ? name === 'value' || name === 'type' : name !== '$ref',
  );
  if (parts.length > 0) return parts;
  throw operationValue(
    `${quoted(JSON.stringify(element))} does not identify a value of "${attribute.name}".`,
    { attribute: attribute.name, value: element },
  );
}

function keysOf(parts: readonly Attribute[], element: JsonObject): string {
  return JSON.stringify(parts.map((part) => keyOf(part, ownIgnoringCase(element, part.name))));
}

function keyOf(attribute: Attribute, value: Json | undefined): string {
  return typeof value === 'string'
    ? `"${comparable(attribute, value)}`
    : JSON.stringify(value ?? null);
}
