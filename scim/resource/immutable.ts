import { immutableAttribute } from '../errors/value-errors';
import { valuesAt } from '../filter/evaluate';
import { equalJson, isObject, type Json, type JsonObject } from '../json';
import { Draft } from '../patch/draft';
import { describeTarget, type ResourceType } from '../schema/resource-type';
import type { Attributes } from './parse';

/**
 * Checks that a change keeps immutable attributes that already have a value (RFC 7643 section 2.2).
 * @throws ScimError 400 `mutability`
 */
export function checkImmutable(type: ResourceType, before: Attributes, after: Attributes): void {
  for (const target of type.immutable) {
    const old = valuesAt(before, target);
    if (old.length > 0 && !sameValues(old, valuesAt(after, target))) {
      throw immutableAttribute(describeTarget(target));
    }
  }
}

/**
 * Completes the attributes of a PUT with the stored immutable values that the client left out.
 * Immutable values cannot be removed, so leaving them out is not treated as a removal.
 * @throws ScimError 400 `mutability` if an immutable attribute was sent with another value
 */
export function withImmutable(
  type: ResourceType,
  before: Attributes,
  sent: Attributes,
): Attributes {
  const [stored, draft] = [new Draft(before), new Draft(sent)];
  for (const target of type.immutable) {
    const { subAttribute } = target;
    const [old, now] = [stored.get(target), draft.get(target)];
    if (subAttribute === undefined) {
      if (now === undefined && old !== undefined) draft.set(target, old);
    } else if (isObject(old)) {
      const part = old[subAttribute.name];
      const kept: JsonObject = isObject(now) ? now : {};
      if (part !== undefined && kept[subAttribute.name] === undefined) {
        draft.set(target, { ...kept, [subAttribute.name]: part });
      }
    }
  }
  checkImmutable(type, before, draft.attributes);
  return draft.attributes;
}

/** Compares values without regard to their order (RFC 7643 section 2.4). */
function sameValues(left: readonly Json[], right: readonly Json[]): boolean {
  if (left.length !== right.length) return false;
  if (left.every((value, index) => equalJson(value, right[index]))) return true;
  const keys = new Set(right.map(keyOf));
  return left.every((value) => keys.has(keyOf(value)));
}

/** Returns a text that is equal for equal values, whatever the order of their members. */
function keyOf(value: Json): string {
  return JSON.stringify(value, (_name, part: Json) =>
    isObject(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
