/**
 * Bounds on what a client may send. Those that RFC 7643 section 5 has a place for are also announced in
 * ServiceProviderConfig.
 */
export const LIMITS = {
  /** Bytes of a request's body; a larger one is answered with 413. */
  bodyBytes: 5 * 1024 * 1024,
  /** How deep JSON may nest; a bulk request with PATCH operations needs 8 levels. */
  bodyDepth: 64,
  /** Characters of a filter. */
  filterLength: 8 * 1024,
  /** How deep parentheses, `not` and value paths may nest in a filter. */
  filterDepth: 32,
  /** Operations of one PATCH request. */
  patchOperations: 1000,
  /** Operations of one bulk request. */
  bulkOperations: 1000,
  /** Resources of a page when the client names no `count`. */
  defaultPage: 100,
  /** Resources of a page at most, whatever `count` says. */
  maximumPage: 200,
  /** Bytes of one resource as JSON: an item of the table holds 400 KB, keys and bookkeeping included. */
  resourceBytes: 380 * 1024,
} as const;
