/**
 * Limits of requests and answers. ServiceProviderConfig announces those that RFC 7643 section 5
 * defines an attribute for.
 */
export const LIMITS = {
  /** Bytes of a request's body. A larger body is refused with 413. */
  bodyBytes: 5 * 1024 * 1024,
  /** Nesting levels of JSON. A bulk request with PATCH operations needs 8. */
  bodyDepth: 64,
  /** JSON values of one body, including those inside others. */
  bodyValues: 500_000,
  /** Members of one JSON object. No resource has as many attributes. */
  objectMembers: 1000,
  /** Characters of a filter, and of a path. */
  filterLength: 8 * 1024,
  /** Nesting levels of parentheses, `not` and value paths in a filter. */
  filterDepth: 32,
  /** Operations of one PATCH request. */
  patchOperations: 1000,
  /** Steps of one PATCH request, see `PatchWork`. */
  patchSteps: 2_000_000,
  /** Values of one attribute, except for a group's members. */
  values: 5000,
  /** Operations of one bulk request. */
  bulkOperations: 1000,
  /** Resources on a page if the client sets no `count`. */
  defaultPage: 100,
  /** Maximum resources on a page, even if `count` is larger. */
  maximumPage: 1000,
  /**
   * Bytes of one resource as JSON. An item of the table holds 400 KB, including keys and
   * bookkeeping.
   */
  resourceBytes: 380 * 1024,
} as const;
