import aws4 from 'aws4';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExpiredCursorError, ScimClientError } from './errors';

/** AWS credentials. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Options of a `ScimClient`. */
export interface ScimClientOptions {
  /** URL of the application API: `ScimServiceProvider.applicationUrl`. */
  readonly url: string;
  /** AWS region. @default - that of the URL, else that of `AWS_REGION` */
  readonly region?: string;
  /**
   * Credentials, or a function that returns them, such as `fromNodeProviderChain()` of the AWS SDK.
   * @default - those of the environment, which Lambda sets
   */
  readonly credentials?: Credentials | (() => Promise<Credentials>);
}

/** Attempts of a request that fails for a moment. */
const ATTEMPTS = 4;

/** How long a request may take: a second longer than API Gateway waits for a function. */
const TIMEOUT_MS = 30_000;

/** An empty segment of a path, or one that leads elsewhere. */
const MISLEADING = /^(?:\.|%2e){0,2}$/i;

/** The part of a URL's host that names the region of a REST API. */
const REGION = /\.execute-api\.([a-z0-9-]+)\./;

/** Query parameters; those that are undefined are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Sends signed requests to the application API or the admin API. */
export class Http {
  constructor(private readonly options: ScimClientOptions) {
    // A setting that is missing at run time, whatever its type says.
    if (URL.canParse(options.url)) return;
    const example = 'https://….execute-api.eu-central-1.amazonaws.com/scim/app/v1';
    throw new ScimClientError(`url must be that of the API, such as ${example}.`, 0);
  }

  /**
   * Sends a request. Those that may be repeated are, if the service is busy.
   * @returns the JSON of the answer; undefined for 404 if `isOptional`
   * @throws ScimClientError, ExpiredCursorError
   */
  async call(method: Method, path: string, options: CallOptions = {}): Promise<unknown> {
    const { body } = options;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await this.send(method, path, text, options);
    const isMissing = response.status === 404 && options.isOptional === true;
    return isMissing ? undefined : jsonOf(response);
  }

  /**
   * Sends a request whose body is a text that is not JSON, or whose answer is none.
   * @returns the answer, which may be one with an error
   * @throws ScimClientError if there is no answer
   */
  async send(
    method: Method,
    path: string,
    text: string | undefined,
    { query = {}, isRepeatable = method !== 'POST' }: SendOptions = {},
  ): Promise<Response> {
    checkPath(path);
    const url = new URL(`${this.options.url.replace(/\/$/, '')}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    for (let attempt = 1; ; attempt += 1) {
      const headers = await this.headersOf(method, url, text);
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const request = { method, headers, signal, ...(text === undefined ? {} : { body: text }) };
      const response = await fetch(url, request).catch((error: unknown) => error);
      const isAnswer = response instanceof Response;
      const isTransient = !isAnswer || response.status === 429 || response.status >= 500;
      if (isTransient && isRepeatable && attempt < ATTEMPTS) {
        await sleep(Math.random() * 200 * 2 ** attempt);
        continue;
      }
      if (!isAnswer) {
        const message = `${method} ${url.href} failed: ${reasonOf(response)}. Is the URL right?`;
        throw new ScimClientError(message, 0, { cause: response });
      }
      return response;
    }
  }

  /** Yields the entries of all pages of a list. */
  async *list<T>(path: string, name: string, filter: Query = {}): AsyncGenerator<T, void> {
    let cursor: string | undefined;
    do {
      const query = { ...filter, cursor };
      const page = (await this.call('GET', path, { query })) as Record<string, unknown>;
      yield* page[name] as readonly T[];
      cursor = page['nextCursor'] as string | undefined;
    } while (cursor !== undefined);
  }

  /** Returns the headers of a request, with its signature. */
  private async headersOf(
    method: string,
    url: URL,
    body: string | undefined,
  ): Promise<[string, string][]> {
    const credentials = await this.credentials();
    const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const { headers = {} } =
      credentials === undefined
        ? { headers: type }
        : aws4.sign(
            {
              service: 'execute-api',
              region: this.regionOf(url),
              host: url.host,
              method,
              path: `${url.pathname}${url.search}`,
              headers: type,
              ...(body === undefined ? {} : { body }),
            },
            {
              accessKeyId: credentials.accessKeyId,
              secretAccessKey: credentials.secretAccessKey,
              ...(credentials.sessionToken === undefined
                ? {}
                : { sessionToken: credentials.sessionToken }),
            },
          );
    // `fetch` sets these itself.
    const isSetByFetch = /^(?:host|content-length)$/i;
    return Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined || isSetByFetch.test(name) ? [] : [[name, String(value)]],
    );
  }

  /** Returns undefined for a local system without credentials, which needs none. */
  private async credentials(): Promise<Credentials | undefined> {
    const { credentials, url } = this.options;
    if (typeof credentials === 'function') return credentials();
    if (credentials !== undefined) return credentials;
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
    if (accessKeyId !== undefined && secretAccessKey !== undefined) {
      return { accessKeyId, secretAccessKey, sessionToken: process.env['AWS_SESSION_TOKEN'] };
    }
    if (/^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])[:/]/.test(url)) return undefined;
    throw new ScimClientError(
      'There are no AWS credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or pass ' +
        'credentials to ScimClient, such as fromNodeProviderChain() of the AWS SDK.',
      0,
    );
  }

  private regionOf({ host }: URL): string {
    const region = this.options.region ?? REGION.exec(host)?.[1] ?? process.env['AWS_REGION'];
    if (region !== undefined) return region;
    throw new ScimClientError(`The region of ${host} is unknown. Pass region to ScimClient.`, 0);
  }
}

/** Returns why a request got no answer; `fetch` hides it in the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface SendOptions {
  readonly query?: Query;
  /** Whether the request may be sent again. @default - all but POST */
  readonly isRepeatable?: boolean;
}

interface CallOptions extends SendOptions {
  readonly body?: unknown;
  /** Whether 404 is an answer. */
  readonly isOptional?: boolean;
}

/** Returns the JSON of an answer; undefined if it has none. @throws ScimClientError */
export async function jsonOf(response: Response): Promise<unknown> {
  const text = await textOf(response);
  const answer = jsonFrom(text);
  if (answer !== undefined || text === '') return answer;
  const start = text.slice(0, 80);
  throw new ScimClientError(`The answer is not JSON: ${start} Is the URL right?`, 0);
}

/** Returns the text of an answer. @throws ScimClientError, ExpiredCursorError */
export async function textOf(response: Response): Promise<string> {
  const text = await response.text().catch((error: unknown) => {
    throw new ScimClientError(`The answer was cut off: ${reasonOf(error)}.`, 0, { cause: error });
  });
  if (response.ok) return text;
  const answer = jsonFrom(text);
  // API Gateway's own answers have `message`.
  const { oldestCursor, message, detail = message } = answer ?? {};
  if (response.status === 410 && typeof oldestCursor === 'string') {
    throw new ExpiredCursorError(String(detail), oldestCursor);
  }
  const reason = typeof detail === 'string' ? detail : text.slice(0, 200);
  throw new ScimClientError(`${response.status}: ${reason}`, response.status);
}

/** Returns the object or list in a text; undefined if it is none. */
function jsonFrom(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Refuses ids that would make a request for something else: `..` names the resource above.
 * @throws ScimClientError
 */
function checkPath(path: string): void {
  const [segments = ''] = path.split('?');
  if (
    !segments
      .split('/')
      .slice(1)
      .some((segment) => MISLEADING.test(segment))
  )
    return;
  throw new ScimClientError(`An id in ${path} is empty or consists of dots.`, 400);
}
