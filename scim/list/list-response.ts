import type { JsonObject } from '../json';

export const LIST_RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** Where a page stands in the whole list. */
export interface PageInfo {
  /** How many resources match, on all pages together. */
  readonly totalResults: number;
  /** Index of the first resource returned, counted from 1; when paging by index. */
  readonly startIndex?: number;
  readonly nextCursor?: string;
  readonly previousCursor?: string;
}

/**
 * The ListResponse message of RFC 7644 section 3.4.2 and RFC 9865 section 2. `Resources` is there also when it is empty: Entra ID
 * and Okta read it without asking.
 */
export function listResponse(resources: readonly JsonObject[], page: PageInfo): JsonObject {
  const { totalResults, ...place } = page;
  return {
    schemas: [LIST_RESPONSE_URN],
    totalResults,
    itemsPerPage: resources.length,
    ...place,
    Resources: resources,
  };
}
