import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../../errors';

/** A request of an identity provider, in its own form. */
export interface RequestForm {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL, with the query as it is sent. */
  readonly path: string;
  readonly body?: object;
}

/** The answer of a SCIM server. */
export interface Reply {
  readonly request: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON object of the body; undefined if it is none. */
  readonly body: Json | undefined;
  readonly milliseconds: number;
}

/** A JSON object, whose members are checked where they are read. */
export type Json = Readonly<Record<string, unknown>>;

/** A request that got no answer. */
export class NoAnswerError extends Error {}

/** An examination that was ended by its user. */
export class EndedError extends Error {}

/** A SCIM server that is examined. */
export class Target {
  /** All answers so far. */
  readonly replies: Reply[] = [];

  /**
   * @param headers those that the identity provider sends, without the token
   * @param timeoutMs how long the identity provider waits
   */
  constructor(
    readonly baseUrl: string,
    private readonly token: string,
    private readonly headers: Readonly<Record<string, string>>,
    readonly timeoutMs: number,
  ) {}

  /** Sends a request, again after a 429. @throws NoAnswerError */
  async send(form: RequestForm, token = this.token): Promise<Reply> {
    const { method, path, body } = form;
    for (let attempt = 1; ; attempt += 1) {
      const started = performance.now();
      const reply = await this.fetch(method, path, body, token).catch((error: unknown) => {
        throw new NoAnswerError(`${method} ${path}: ${reasonOf(error)}`, { cause: error });
      });
      const text = await reply.text();
      const milliseconds = Math.round(performance.now() - started);
      const { status, headers } = reply;
      if (status === 429 && attempt < 4) {
        await sleep(1000 * Math.min(20, Number(headers.get('retry-after') ?? '') || attempt * 2));
        continue;
      }
      const request = `${method} ${path}`;
      const answer = { request, status, headers, text, body: jsonFrom(text), milliseconds };
      this.replies.push(answer);
      return answer;
    }
  }

  private fetch(
    method: string,
    path: string,
    body: object | undefined,
    token: string,
  ): Promise<Response> {
    const type = body === undefined ? {} : { 'Content-Type': 'application/scim+json' };
    return fetch(`${this.baseUrl}${path}`, {
      method,
      headers: { ...type, ...this.headers, Authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(this.timeoutMs),
    });
  }
}

function jsonFrom(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Json)
      : undefined;
  } catch {
    return undefined;
  }
}
