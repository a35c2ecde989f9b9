import { jsonAnswer, type Answer } from '../middleware/answer';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** What is wrong with one field of a request. */
export interface FieldProblem {
  /** A JSON pointer (RFC 6901) into the request's body. */
  readonly pointer: string;
  readonly detail: string;
}

/** An administrative request that cannot be served, as a problem of RFC 9457. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
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
      title: this.title,
      status: this.status,
      detail: this.message,
      ...(this.errors.length === 0 ? {} : { errors: this.errors }),
    };
    return jsonAnswer(this.status, body, this.headers);
  }
}

/** 404 for a connection that is not there. */
export function noConnection(id: string): Problem {
  return new Problem(404, 'Not Found', `There is no connection "${id}".`);
}
