import { isArray, isObject } from '../../scim/json';
import { findSubAttribute } from '../../scim/schema/attribute';
import type { Rewriter } from './rewriter';

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
 * send `"employeeNumber": 701984`.
 */
export const numbersForText: Rewriter = {
  name: 'numbers in string attributes',
  value: (attribute, value) =>
    attribute.type === 'string' && typeof value === 'number' ? String(value) : value,
};

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
 * does the same with `members` (AzureAD/SCIMReferenceCode, "Group tests with garbage").
 */
export const bareValues: Rewriter = {
  name: 'bare values',
  value(attribute, value) {
    if (attribute.type !== 'complex' || findSubAttribute(attribute, 'value') === undefined)
      return value;
    if (typeof value === 'string') return attribute.multiValued ? [{ value }] : { value };
    if (!attribute.multiValued || !isArray(value)) return value;
    return value.map((element) => (typeof element === 'string' ? { value: element } : element));
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
