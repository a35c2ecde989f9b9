import { jsonAnswer, type Answer } from '../http/answer';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** What is wrong with one field of a request. */
export interface FieldProblem {
  /** A JSON pointer (RFC 6901) into the request's body. */
  readonly pointer: string;
  readonly detail: string;
}

/** The titles of the problems that there are: with `about:blank` they are those of HTTP (RFC 9457 section 4.2.1). */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  503: 'Service Unavailable',
};

/** An administrative request that cannot be served, as a problem of RFC 9457. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly errors: readonly FieldProblem[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.name = 'Problem';
  }

  /** The problem details to answer with. */
  toAnswer(): Answer {
    const body = {
      type: 'about:blank',
      title: TITLES[this.status] ?? 'Internal Server Error',
      status: this.status,
      detail: this.message,
      ...(this.errors.length === 0 ? {} : { errors: this.errors }),
    };
    return jsonAnswer(this.status, body, this.headers);
  }
}

/** 404 for a connection that is not there. */
export function noConnection(id: string): Problem {
  return new Problem(404, `There is no connection "${id}".`);
}

/** 405 with the methods that there are. */
export function notAllowed(method: string, allow: string): Problem {
  return new Problem(405, `${method} is not supported here; use ${allow}.`, [], { Allow: allow });
}
