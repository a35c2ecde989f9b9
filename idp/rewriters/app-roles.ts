import { isArray, isObject, ownIgnoringCase, type JsonObject } from '../../scim/json';
import { parsedText } from './json-text';
import type { Rewriter } from './rewriter';

/** The attributes that hold what users may do. */
const ASSIGNED: readonly string[] = ['roles', 'entitlements'];

/**
 * Reads the app roles of Entra ID. `SingleAppRoleAssignment` and `AppRoleAssignmentsComplex` send
 * `{"id", "value", "displayName"}` as JSON text in `value` when they change a user, and
 * `displayName` in place of `display` when they create one (`customize-application-attributes.md`).
 * The id is Entra ID's own and means nothing here.
 */
export const appRoles: Rewriter = {
  name: 'app roles as JSON text',
  value(attribute, value) {
    if (!ASSIGNED.includes(attribute.name) || !isArray(value)) return value;
    return value.map((element) => (isObject(element) ? asElement(element) : element));
  },
};

function asElement(element: JsonObject): JsonObject {
  const parsed = parsedText(ownIgnoringCase(element, 'value') ?? null);
  const isRole = isObject(parsed) && ownIgnoringCase(parsed, 'value') !== undefined;
  return withDisplay(isRole ? { ...without(element, 'value'), ...without(parsed, 'id') } : element);
}

/** Returns an element with `display` in place of `displayName`. */
function withDisplay(element: JsonObject): JsonObject {
  const display = ownIgnoringCase(element, 'displayName');
  if (display === undefined || ownIgnoringCase(element, 'display') !== undefined) return element;
  return { ...without(element, 'displayName'), display };
}

function without(object: JsonObject, name: string): JsonObject {
  const rest = Object.entries(object).filter(([key]) => key.toLowerCase() !== name.toLowerCase());
  return Object.fromEntries(rest);
}
