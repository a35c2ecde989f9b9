import { equalJson, type JsonObject } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import { elementsOf, valueOf } from './assignments';

/**
 * Returns a user's attributes without roles and entitlements that another one of the same value
 * contains. Entra ID adds a role again that the user has already, without its `type`.
 */
export function withoutRepeats(attributes: Attributes): Attributes {
  const repeating = (['roles', 'entitlements'] as const).flatMap((name) => {
    const elements = elementsOf(attributes, name);
    const distinct = withoutContained(elements);
    return distinct.length === elements.length ? [] : [[name, distinct] as const];
  });
  return repeating.length === 0 ? attributes : { ...attributes, ...Object.fromEntries(repeating) };
}

function withoutContained(elements: readonly JsonObject[]): readonly JsonObject[] {
  const byValue = new Map<string, JsonObject[]>();
  for (const element of elements) {
    byValue.set(valueOf(element), [...(byValue.get(valueOf(element)) ?? []), element]);
  }
  return elements.filter((element) => {
    const same = byValue.get(valueOf(element)) ?? [];
    return same.length === 1 || !same.some((other) => isContained(element, other));
  });
}

/** Returns whether all members of an element are those of another one, which has more. */
function isContained(element: JsonObject, other: JsonObject): boolean {
  const members = Object.entries(element);
  return (
    members.length < Object.keys(other).length &&
    members.every(([name, value]) => equalJson(other[name], value))
  );
}
