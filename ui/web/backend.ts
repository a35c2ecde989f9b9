import { capitalized } from '../../idp/explanations/text';
import type { Audience, PageAnswer, PageCall, PageRequest, PageResult } from '../protocol';

/** Sends a request to the function `admin`. */
export type Invoke = (request: PageRequest) => Promise<PageAnswer>;

/** Error of a failed call, with the problem details of its answer. */
export class CallError extends Error {
  constructor(
    readonly status: number,
    detail: string,
    /** The fields that are wrong, by name; the empty name is the whole form. */
    readonly fields: ReadonlyMap<string, string> = new Map(),
  ) {
    super(detail);
    this.name = 'CallError';
  }
}

/** Makes the calls of a page on behalf of its visitor. */
export class Backend {
  constructor(
    private readonly invoke: Invoke,
    private readonly audience: Audience,
    private readonly session: string | undefined,
  ) {}

  /** Returns a backend that makes its calls with a session. */
  withSession(audience: Audience, session: string | undefined): Backend {
    return new Backend(this.invoke, audience, session);
  }

  /**
   * Makes calls that do not depend on each other.
   * @returns the bodies of their answers. `ui/data.ts` describes them: the function `admin` of the
   *   same deployment makes them, so that they are not checked again.
   * @throws CallError for the first call that failed
   */
  async all<Bodies extends readonly unknown[]>(
    ...calls: { readonly [Index in keyof Bodies]: PageCall }
  ): Promise<Bodies> {
    const results = await this.send(calls);
    return results.map(bodyOf) as unknown as Bodies;
  }

  /** Makes one call. @throws CallError */
  async one<Body>(call: PageCall): Promise<Body> {
    const [body] = await this.all<[Body]>(call);
    return body;
  }

  /** Makes one call. @returns undefined if it answers 404 @throws CallError */
  async find<Body>(call: PageCall): Promise<Body | undefined> {
    try {
      return await this.one<Body>(call);
    } catch (error) {
      if (error instanceof CallError && error.status === 404) return undefined;
      throw error;
    }
  }

  /**
   * Makes a call with what was typed into a form.
   * @returns the CallError if a field is wrong (400) or something stands in the way (409)
   * @throws CallError for other failures
   */
  async submit<Body>(call: PageCall): Promise<Body | CallError> {
    try {
      return await this.one<Body>(call);
    } catch (error) {
      if (error instanceof CallError && (error.status === 400 || error.status === 409)) {
        return error;
      }
      throw error;
    }
  }

  private async send(calls: readonly PageCall[]): Promise<readonly PageResult[]> {
    const { audience, session } = this;
    const { results } = await this.invoke({
      audience,
      ...(session === undefined ? {} : { session }),
      calls,
    });
    return results;
  }
}

function bodyOf({ status, body }: PageResult): unknown {
  if (status < 400) return body;
  const problem = recordOf(body);
  const { errors } = problem;
  const fields = (Array.isArray(errors) ? errors : []).map((error): [string, string] => {
    const { pointer, detail } = recordOf(error);
    return [textOf(pointer).split('/')[1] ?? '', textOf(detail)];
  });
  const message =
    fields.length === 0 || status !== 400
      ? textOf(problem['detail'])
      : `${fields.map(([field, detail]) => `${wordsOf(field)} ${detail}`).join('; ')}.`;
  throw new CallError(status, message, new Map(fields));
}

/** Returns the name of a field in words: `Display name`. */
function wordsOf(field: string): string {
  const words = field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words === '' ? 'The form' : capitalized(words);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Creates a GET call. */
export function get(path: string, query: PageCall['query'] = {}): PageCall {
  return { method: 'GET', path, query };
}

/** Creates a POST call. */
export function post(path: string, body: unknown = {}): PageCall {
  return { method: 'POST', path, body };
}
