import type { JsonObject } from '../json';

export const LIST_RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/**
 * The ListResponse message of RFC 7644 section 3.4.2. `Resources` is there also when it is empty: Entra ID and Okta read
 * it without asking.
 * @param totalResults how many resources match, on all pages together
 * @param startIndex index of the first resource returned, counted from 1
 */
export function listResponse(resources: readonly JsonObject[], totalResults: number, startIndex: number): JsonObject {
  return {
    schemas: [LIST_RESPONSE_URN],
    totalResults,
    itemsPerPage: resources.length,
    startIndex,
    Resources: resources,
  };
}
