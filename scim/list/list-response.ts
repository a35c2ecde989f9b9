import type { JsonObject } from '../json';

/** Schema of the ListResponse message (RFC 7644 section 3.4.2). */
export const LIST_RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** The position of a page in the whole list. */
export interface PageInfo {
  /** Number of matching resources on all pages. */
  readonly totalResults: number;
  /** Index of the page's first resource, counted from 1. Only set when paging by index. */
  readonly startIndex?: number;
  readonly nextCursor?: string;
  readonly previousCursor?: string;
}

/**
 * Creates a ListResponse message (RFC 7644 section 3.4.2, RFC 9865 section 2). It has `Resources`
 * even if there are none: Entra ID and Okta expect it in every response.
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
