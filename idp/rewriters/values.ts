import {
  hasLargeObject,
  isArray,
  isDeep,
  isObject,
  own,
  ownIgnoringCase,
  parseJson,
  type Json,
} from '../../scim/json';
import { LIMITS } from '../../scim/limits';
import { findSubAttribute, type Attribute } from '../../scim/schema/attribute';
import type { Rewriter } from './rewriter';

/**
 * Reads lists and objects that are sent as JSON text, such as
 * `{"path": "members", "value": "[{\"value\": \"…\"}]"}`. Connectors built on templates, such as
 * Microsoft's Logic Apps, send them.
 */
export const jsonTexts: Rewriter = {
  name: 'lists and objects as text',
  value(attribute, value) {
    const isComplex = attribute.type === 'complex';
    if (!isArray(value)) return isComplex || attribute.multiValued ? parsedText(value) : value;
    return isComplex ? value.flatMap(parsedText) : value;
  },
};

/** Returns the list or object that a text contains; any other value as it is. */
export function parsedText(value: Json): Json {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  if (isDeep(value, LIMITS.bodyDepth)) return value;
  try {
    const parsed = parseJson(value);
    return hasLargeObject(parsed, LIMITS.objectMembers) ? value : parsed;
  } catch {
    // It only looks like JSON; the strict engine decides.
    return value;
  }
}

/**
 * Unwraps values that are sent as objects around them.
 *
 * - Entra ID sends `[{"value": "1"}]` for a simple custom attribute and for
 *   `emails[type eq "other"].value`, and `[{"$ref": null, "value": "New"}]` for `displayName`
 *   (Microsoft Q&A 5524268, python-scim/scim2-server issue 13).
 * - Others repeat the attribute's name: `{"path": "members", "value": {"members": […]}}`.
 */
export const wrappedValues: Rewriter = {
  name: 'values within objects',
  value(attribute, value) {
    const unwrapped = withoutOwnName(attribute, value);
    if (attribute.type !== 'complex') {
      return isArray(unwrapped) ? unwrapped.map(withoutValueName) : withoutValueName(unwrapped);
    }
    const inside = isObject(unwrapped) ? ownIgnoringCase(unwrapped, 'value') : undefined;
    return attribute.multiValued && isArray(inside) ? inside : unwrapped;
  },
};

/** Unwraps an object whose only member has the attribute's own name. */
function withoutOwnName(attribute: Attribute, value: Json): Json {
  if (!isObject(value) || findSubAttribute(attribute, attribute.name) !== undefined) return value;
  const [name, ...more] = Object.keys(value);
  const isOwn = name?.toLowerCase() === attribute.name.toLowerCase() && more.length === 0;
  return name !== undefined && isOwn ? (own(value, name) ?? value) : value;
}

function withoutValueName(value: Json): Json {
  return isObject(value) ? (ownIgnoringCase(value, 'value') ?? value) : value;
}

/**
 * Converts quoted booleans. Entra ID disables a user with `"value": "False"` (entra-docs
 * `application-provisioning-config-problem-scim-compatibility.md`), Keycloak and OneLogin send
 * "true".
 */
export const quotedBooleans: Rewriter = {
  name: 'quoted booleans',
  value(attribute, value) {
    if (attribute.type !== 'boolean' || typeof value !== 'string') return value;
    const text = value.trim().toLowerCase();
    return text === 'true' ? true : text === 'false' ? false : value;
  },
};

/**
 * Converts numbers to strings for string attributes. Clients that map a number in their directory
 * send `"employeeNumber": 701984`. A number that has lost digits stays a number, so that it is
 * refused: two people could otherwise get the same identifier.
 */
export const numbersForText: Rewriter = {
  name: 'numbers in string attributes',
  value: (attribute, value) =>
    attribute.type === 'string' && typeof value === 'number' && isExact(value)
      ? String(value)
      : value,
};

/** Returns whether a number has all the digits of the text that it was read from. */
function isExact(value: number): boolean {
  return Number.isInteger(value)
    ? Number.isSafeInteger(value)
    : Number.isFinite(value) && String(value).length <= 16;
}

/**
 * Converts text to numbers for integer and decimal attributes. ConnId sends all numbers as text
 * (Tirasa/ConnIdSCIMBundle).
 */
export const textForNumbers: Rewriter = {
  name: 'text in number attributes',
  value(attribute, value) {
    const isNumber = attribute.type === 'integer' || attribute.type === 'decimal';
    return isNumber && typeof value === 'string' ? (numberIn(value) ?? value) : value;
  },
};

/** Returns the number that a text consists of; undefined for any other text. */
export function numberIn(text: string): number | undefined {
  return /^\s*-?\d{1,20}(?:\.\d{1,20})?\s*$/.test(text) ? Number(text) : undefined;
}

/**
 * Converts empty strings to null, which means no value. Entra ID clears `manager` with `""`
 * (pranems/SCIMServer `docs/MANAGER_PATCH_STRING_COERCION.md`), Okta sends `"middleName": ""` (Okta
 * integration network QA plan, C9337).
 */
export const emptyStrings: Rewriter = {
  name: 'empty strings',
  value: (_attribute, value) => (value === '' ? null : value),
};

/**
 * Wraps a bare value of a complex attribute as its `value`. Entra ID patches `manager` with an id
 * (Captain-P-Goldfish/SCIM-SDK `MsAzurePatchComplexValueRebuilder`); Microsoft's Postman collection
 * does the same with `members` (AzureAD/SCIMReferenceCode, "Group tests with garbage"). Okta sends
 * `roles` and `entitlements` as a text or a list of texts.
 */
export const bareValues: Rewriter = {
  name: 'bare values',
  value(attribute, value) {
    if (attribute.type !== 'complex' || findSubAttribute(attribute, 'value') === undefined)
      return value;
    if (isBare(value)) return attribute.multiValued ? [{ value }] : { value };
    if (!attribute.multiValued || !isArray(value)) return value;
    return value.map((element) => (isBare(element) ? { value: element } : element));
  },
};

/** Returns whether a value may be the `value` of an element. Text that looks like JSON is not. */
function isBare(value: Json): boolean {
  return typeof value === 'number' || (typeof value === 'string' && !/^\s*[[{]/.test(value));
}

/**
 * Drops elements whose `value` is empty: Okta sends `{"type": "work", "value": ""}` for an address
 * that a person does not have. An element of `members` stays, and is refused: a list without it
 * could empty a group.
 */
export const valuelessElements: Rewriter = {
  name: 'elements with an empty value',
  value(attribute, value) {
    const hasValue = attribute.multiValued && findSubAttribute(attribute, 'value') !== undefined;
    if (!hasValue || !isArray(value) || attribute.name === 'members') return value;
    return value.filter((element) => {
      const sent = isObject(element) ? ownIgnoringCase(element, 'value') : undefined;
      return sent !== null && sent !== '';
    });
  },
};

/**
 * Converts a list with at most one element to a single value for single-valued attributes, and an
 * object to a list for multi-valued ones. Entra ID's documentation adds `manager` as an array with
 * one element (`use-scim-to-provision-users-and-groups.md`, Example 5).
 */
export const listOrSingle: Rewriter = {
  name: 'lists for single values and vice versa',
  value(attribute, value) {
    if (attribute.multiValued) return isObject(value) ? [value] : value;
    return isArray(value) && value.length <= 1 ? (value[0] ?? null) : value;
  },
};
