import { ScimError } from '../../scim/errors/scim-error';
import type { JsonObject } from '../../scim/json';
import { jsonAnswer, type Answer } from '../http/answer';
import { toScimError } from '../http/error-answer';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** A problem with one field of a request. */
export interface FieldProblem {
  /** JSON pointer (RFC 6901) into the request's body. */
  readonly pointer: string;
  /** Completes a sentence that starts with the field's name. */
  readonly detail: string;
}

/** With `about:blank`, titles are those of the HTTP statuses (RFC 9457 section 4.2.1). */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  503: 'Service Unavailable',
};

/** An administrative request that cannot be served, as problem details (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly errors: readonly FieldProblem[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
    /** Further members of the answer (RFC 9457 section 3.2). */
    private readonly further: JsonObject = {},
  ) {
    super(detail);
    this.name = 'Problem';
  }

  /** Returns the problem details to answer with. */
  toAnswer(): Answer {
    const body = {
      type: 'about:blank',
      title: TITLES[this.status] ?? 'Internal Server Error',
      status: this.status,
      detail: this.message,
      ...(this.errors.length === 0 ? {} : { errors: this.errors }),
      ...this.further,
    };
    return jsonAnswer(this.status, body, this.headers);
  }
}

/** Returns any error as a problem; a ScimError of the directory keeps its status. */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof Problem) return error;
  const { status, headers } = toScimError(error, requestId);
  const detail =
    error instanceof ScimError
      ? error.message
      : `The request failed. See request ${requestId} in the log of the admin function.`;
  return new Problem(status, detail, [], headers);
}

/** 404 for a connection that does not exist. */
export function noConnection(id: string): Problem {
  return new Problem(404, `There is no connection "${id}".`);
}

/** 405 with the methods that the route supports. */
export function notAllowed(method: string, allow: string): Problem {
  return new Problem(405, `${method} is not supported here; use ${allow}.`, [], { Allow: allow });
}
