import { isArray, isObject } from '../../scim/json';
import { findSubAttribute } from '../../scim/schema/attribute';
import type { Rewriter } from './rewriter';

/**
 * Booleans in quotes: Entra ID disables a user with `"value": "False"` (entra-docs
 * `application-provisioning-config-problem-scim-compatibility.md`), Keycloak and OneLogin send "true".
 */
export const quotedBooleans: Rewriter = {
  name: 'quoted booleans',
  value(attribute, value) {
    if (attribute.type !== 'boolean' || typeof value !== 'string') return value;
    const text = value.trim().toLowerCase();
    return text === 'true' ? true : text === 'false' ? false : value;
  },
};

/** Numbers for text: `"employeeNumber": 701984`, as clients send that map a directory's number to it. */
export const numbersForText: Rewriter = {
  name: 'numbers for text',
  value: (attribute, value) =>
    attribute.type === 'string' && typeof value === 'number' ? String(value) : value,
};

/**
 * Empty strings mean that there is no value: Entra ID clears `manager` with `""` (pranems/SCIMServer
 * `docs/MANAGER_PATCH_STRING_COERCION.md`), Okta sends `"middleName": ""` (Okta integration network QA plan, C9337).
 */
export const emptyStrings: Rewriter = {
  name: 'empty strings',
  value: (_attribute, value) => (value === '' ? null : value),
};

/**
 * A bare string for a complex attribute stands for its value: Entra ID patches `manager` with an id (Captain-P-Goldfish/SCIM-SDK
 * `MsAzurePatchComplexValueRebuilder`), Microsoft's reference collection `members` (AzureAD/SCIMReferenceCode, "Group tests
 * with garbage").
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
 * A list for a single value and a single value for a list: Entra ID's documentation adds `manager` as an array of one
 * (`use-scim-to-provision-users-and-groups.md`, Example 5).
 */
export const listOrSingle: Rewriter = {
  name: 'list or single value',
  value(attribute, value) {
    if (attribute.multiValued) return isObject(value) ? [value] : value;
    return isArray(value) && value.length <= 1 ? (value[0] ?? null) : value;
  },
};
