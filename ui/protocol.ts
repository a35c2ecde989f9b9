/*
 * Protocol between the functions `ui` and `admin`. `ui` faces the internet and can only invoke
 * `admin`. Every request carries the secret of the visitor's session, and `admin` decides which
 * calls the session may make (lambdas/pages/scopes.ts).
 */

/** The people that pages are for: customers' identity administrators, and operators. */
export type Audience = 'portal' | 'console';

/** A call on behalf of a visitor. */
export interface PageCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/admin/…` and `/app/v1/…` as in these APIs; `/pages/…` for calls of pages only. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** JSON. */
  readonly body?: unknown;
}

/** A request of the function `ui`. */
export interface PageRequest {
  readonly audience: Audience;
  /** The secret of the session; undefined before there is one. */
  readonly session?: string;
  /** Calls that do not depend on each other. */
  readonly calls: readonly PageCall[];
}

/** The answer to a call. */
export interface PageResult {
  readonly status: number;
  /** JSON: the resource, or problem details (RFC 9457). */
  readonly body: unknown;
}

/** The answers to the calls, in their order. */
export interface PageAnswer {
  readonly results: readonly PageResult[];
}
