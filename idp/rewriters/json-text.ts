import { isArray, isDeep, isObject, parseJson, shapeOf, type Json } from '../../scim/json';
import { LIMITS } from '../../scim/limits';

/** Returns the list or object that a text contains; any other value as it is. */
export function parsedText(value: Json): Json {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  if (isDeep(value, LIMITS.bodyDepth)) return value;
  try {
    const parsed = parseJson(value);
    const { members, isInfinite } = shapeOf(parsed);
    return members > LIMITS.objectMembers || isInfinite ? value : parsed;
  } catch {
    // It only looks like JSON; the strict engine decides.
    return value;
  }
}

/** Returns the object that is sent as JSON text or in a list of one; any other value as it is. */
export function plainObject(value: Json): Json {
  const parsed = parsedText(value);
  const [only] = isArray(parsed) && parsed.length === 1 ? parsed : [];
  return isObject(only) ? only : parsed;
}
