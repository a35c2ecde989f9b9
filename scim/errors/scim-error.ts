/** The `scimType` values of RFC 7644 section 3.12, table 9, and of RFC 9865 section 2.1. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

export const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** The Error resource of RFC 7644 section 3.12; `status` is a string there. */
export interface ErrorResource {
  readonly schemas: readonly [typeof ERROR_URN];
  readonly status: string;
  readonly scimType?: ScimType;
  readonly detail: string;
}

/**
 * A refusal in the protocol's own terms. It travels as an exception from wherever the request turns out to be wrong
 * to the edge, which answers it with `status`, `headers` and `body()`.
 */
export class ScimError extends Error {
  readonly status: number;
  readonly scimType: ScimType | undefined;
  /** Headers that the status calls for: `Allow`, `WWW-Authenticate`, `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    options: { readonly scimType?: ScimType; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.name = 'ScimError';
    this.status = status;
    this.scimType = options.scimType;
    this.headers = options.headers ?? {};
  }

  /** The Error resource to answer with. */
  body(): ErrorResource {
    return {
      schemas: [ERROR_URN],
      status: String(this.status),
      ...(this.scimType === undefined ? {} : { scimType: this.scimType }),
      detail: this.message,
    };
  }
}

/** A 400 with the `scimType` that says which part of the request is wrong. */
export function badRequest(scimType: ScimType, detail: string): ScimError {
  return new ScimError(400, detail, { scimType });
}

/** 404 for a resource that is not there, or not there any more. */
export function notFound(what: string): ScimError {
  return new ScimError(404, `${what} was not found.`);
}

/** 409 for a value that another resource already has (RFC 7644 section 3.3.1). */
export function notUnique(attribute: string, resourceType: string): ScimError {
  return new ScimError(409, `Another ${resourceType} already has this ${attribute}.`, { scimType: 'uniqueness' });
}

/** 405 with the methods that the endpoint does know. */
export function methodNotAllowed(method: string, allowed: readonly string[]): ScimError {
  const allow = allowed.join(', ');
  return new ScimError(405, `${method} is not supported here; use ${allow}.`, { headers: { Allow: allow } });
}
