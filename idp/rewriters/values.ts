import { isArray, isObject, own, ownIgnoringCase, type Json } from '../../scim/json';
import { findSubAttribute, type Attribute } from '../../scim/schema/attribute';
import { parsedText } from './json-text';
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
    return isComplex ? value.flatMap(elementsIn) : value;
  },
};

/** Returns the elements that an element of a list contains as text. */
function elementsIn(element: Json): readonly Json[] {
  const parsed = parsedText(element);
  return typeof element === 'string' && isArray(parsed) && parsed.length > 0 ? parsed : [parsed];
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
    // Beside other members, a list is not the whole value.
    const isOnly = isObject(unwrapped) && Object.keys(unwrapped).length === 1;
    const inside = isOnly ? ownIgnoringCase(unwrapped, 'value') : undefined;
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
  const inside = isObject(value) ? ownIgnoringCase(value, 'value') : undefined;
  return inside === undefined ? value : inside;
}

/** Rewrites a value, or each value of a list. */
function each(value: Json, rewrite: (single: Json) => Json): Json {
  return isArray(value) ? value.map(rewrite) : rewrite(value);
}

/**
 * Converts quoted booleans. Entra ID disables a user with `"value": "False"` (entra-docs
 * `application-provisioning-config-problem-scim-compatibility.md`), Keycloak and OneLogin send
 * "true".
 */
export const quotedBooleans: Rewriter = {
  name: 'quoted booleans',
  value(attribute, value) {
    if (attribute.type !== 'boolean') return value;
    return each(value, (single) => {
      const text = typeof single === 'string' ? single.trim().toLowerCase() : '';
      return text === 'true' ? true : text === 'false' ? false : single;
    });
  },
};

/**
 * Converts integers to strings for string attributes. Clients that map a number in their directory
 * send `"employeeNumber": 701984`. Other numbers are refused, because digits of them may be lost:
 * 2.10 is read as 2.1, and two people could get the same identifier.
 */
export const numbersForText: Rewriter = {
  name: 'numbers in string attributes',
  value(attribute, value) {
    if (attribute.type !== 'string') return value;
    return each(value, (single) =>
      typeof single === 'number' && Number.isSafeInteger(single) ? String(single) : single,
    );
  },
};

/**
 * Converts text to numbers for integer and decimal attributes. ConnId sends all numbers as text
 * (Tirasa/ConnIdSCIMBundle).
 */
export const textForNumbers: Rewriter = {
  name: 'text in number attributes',
  value(attribute, value) {
    if (attribute.type !== 'integer' && attribute.type !== 'decimal') return value;
    return each(value, (single) =>
      typeof single === 'string' ? (numberIn(single) ?? single) : single,
    );
  },
};

/** Returns the number that a text consists of; undefined for any other text. */
export function numberIn(text: string): number | undefined {
  return /^\s*-?\d{1,20}(?:\.\d{1,20})?\s*$/.test(text) ? Number(text) : undefined;
}

/**
 * Removes line breaks from base64, which encoders add after 64 or 76 characters (RFC 4648 section
 * 3.1).
 */
export const wrappedBase64: Rewriter = {
  name: 'line breaks in base64',
  value: (attribute, value) =>
    attribute.type === 'binary' && typeof value === 'string' ? value.replace(/\s+/g, '') : value,
};

/**
 * Converts empty strings to null, which means no value, and drops them from lists. Entra ID clears
 * `manager` with `""` (pranems/SCIMServer `docs/MANAGER_PATCH_STRING_COERCION.md`), Okta sends
 * `"middleName": ""` (Okta integration network QA plan, C9337). For `members` an empty string
 * stays, and is refused: it is the trace of an empty variable, and must not empty a group.
 */
export const emptyStrings: Rewriter = {
  name: 'empty strings',
  value(attribute, value) {
    if (attribute.name === 'members') return value;
    if (isArray(value) && attribute.type !== 'complex') {
      return value.filter((element) => element !== '');
    }
    return value === '' ? null : value;
  },
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
 * Drops elements whose `value` is empty, and single values such as a manager: Okta sends
 * `{"type": "work", "value": ""}` for an address that a person does not have. An element of
 * `members` stays, and is refused: a list without it could empty a group.
 */
export const valuelessElements: Rewriter = {
  name: 'elements with an empty value',
  value(attribute, value) {
    const hasValue = findSubAttribute(attribute, 'value') !== undefined;
    if (!hasValue || attribute.name === 'members') return value;
    const isEmptied = (element: Json): boolean => {
      if (!isObject(element)) return false;
      const sent = ownIgnoringCase(element, 'value');
      // With other names the client may have meant something that is not understood.
      const isKnown = (name: string): boolean => findSubAttribute(attribute, name) !== undefined;
      return (sent === null || sent === '') && Object.keys(element).every(isKnown);
    };
    if (!attribute.multiValued) return isEmptied(value) ? null : value;
    return isArray(value) ? value.filter((element) => !isEmptied(element)) : value;
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
    if (!attribute.multiValued) {
      return isArray(value) && value.length <= 1 ? (value[0] ?? null) : value;
    }
    const isSingle = attribute.type === 'complex' ? isObject(value) : !isArray(value);
    return isSingle && value !== null && value !== '' ? [value] : value;
  },
};
