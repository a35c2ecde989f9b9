import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { hostOf, isAllowedAddress, urlProblem } from './destination';

/** How long an attempt may take. */
const TIMEOUT_MS = 15_000;

/** Bytes of an answer that are kept. */
const ANSWER_BYTES = 1024;

/** Longest `Retry-After` that is read, in characters. */
const RETRY_AFTER = /^\d{1,6}$/;

/** The outcome of one attempt to deliver an event. */
export interface Attempt {
  /** Whether the receiver has the event now. */
  readonly isAccepted: boolean;
  /** Whether the receiver refuses the event for good. @default false */
  readonly isFinal?: boolean;
  /** Undefined if there was no answer. */
  readonly status?: number;
  /** Why there was no answer. */
  readonly error?: string;
  /** Milliseconds. */
  readonly latency: number;
  /** The first kilobyte of the answer. */
  readonly answer?: string;
  /** Seconds that the endpoint asks to wait. */
  readonly retryAfter?: number;
}

/** Resolves a host name to its addresses. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** Options of sending. */
export interface SendOptions {
  /** Whether endpoints on this machine may be called, for development. */
  readonly allowsLoopback: boolean;
  /** @default - the resolver of the operating system */
  readonly resolve?: Resolve;
}

/**
 * Sends one request to an endpoint. Redirects are not followed. The address is checked when the
 * connection is made, on the answer of the resolver that the connection uses, so that a name which
 * changes its address in between gains nothing.
 */
export async function send(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  options: SendOptions,
): Promise<Attempt> {
  const begun = performance.now();
  const outcome = (rest: Omit<Attempt, 'latency'>): Attempt => ({
    ...rest,
    latency: Math.round(performance.now() - begun),
  });
  const problem = urlProblem(url, options.allowsLoopback);
  if (problem !== undefined) return outcome({ isAccepted: false, error: `The URL ${problem}.` });
  try {
    return outcome(await exchange(new URL(url), headers, body, options));
  } catch (error) {
    return outcome({ isAccepted: false, error: messageOf(error) });
  }
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.slice(0, 200) || 'The connection failed.';
}

function exchange(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  { allowsLoopback, resolve = resolveAll }: SendOptions,
): Promise<Omit<Attempt, 'latency'>> {
  return new Promise((done, fail) => {
    const host = hostOf(url);
    // For an address, no name is looked up.
    if (isIP(host) > 0 && !isAllowedAddress(host, allowsLoopback)) {
      fail(new Error(`The address ${host} is not public.`));
      return;
    }
    const settings: RequestOptions = {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      lookup: checkedLookup(resolve, allowsLoopback),
      // Each request has its own connection: an idle one could outlive a change of the address.
      agent: false,
    };
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, settings);
    const timer = setTimeout(() => {
      request.destroy(new Error(`No answer within ${TIMEOUT_MS / 1000} seconds.`));
    }, TIMEOUT_MS);
    let isAnswered = false;
    request.on('close', () => {
      clearTimeout(timer);
      if (!isAnswered) fail(new Error('The connection was closed without an answer.'));
    });
    request.on('error', fail);
    // An answer 101: webhooks do not switch protocols.
    request.on('upgrade', (_, socket) => {
      socket.destroy();
    });
    request.on('response', (response) => {
      isAnswered = true;
      readAnswer(response).then(done, fail);
    });
    request.end(body);
  });
}

async function readAnswer(response: IncomingMessage): Promise<Omit<Attempt, 'latency'>> {
  const { statusCode: status = 0, headers } = response;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const part = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    chunks.push(part);
    bytes += part.length;
    if (bytes >= ANSWER_BYTES) break;
  }
  response.destroy();
  const answer = Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString('utf8');
  const retryAfter = headers['retry-after'] ?? '';
  return {
    isAccepted: status >= 200 && status < 300,
    status,
    ...(answer === '' ? {} : { answer }),
    ...(RETRY_AFTER.test(retryAfter) ? { retryAfter: Number(retryAfter) } : {}),
  };
}

/** Returns a lookup that fails if a name has any address that is not allowed. */
function checkedLookup(resolve: Resolve, allowsLoopback: boolean): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      (addresses) => {
        const refused = addresses.find(({ address }) => !isAllowedAddress(address, allowsLoopback));
        const [first] = addresses;
        if (refused !== undefined) {
          callback(
            new Error(`${host} has the address ${refused.address}, which is not public.`),
            '',
          );
        } else if (first === undefined) {
          callback(new Error(`${host} has no address.`), '');
        } else if (options.all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)), '');
      },
    );
  };
}

const resolveAll: Resolve = (host) =>
  new Promise((done, fail) => {
    resolveName(host, { all: true }, (error, addresses) => {
      if (error === null) done(addresses);
      else fail(error);
    });
  });
