import { setTimeout as sleep } from 'node:timers/promises';
import { directoryBusy } from '../../scim/errors/resource-errors';
import { ScimError } from '../../scim/errors/scim-error';
import { DynamoDBError, type CallOptions } from './client/dynamodb';

/** Time reserved for sending the answer; no work is started after it. */
const TIME_TO_ANSWER_MS = 1000;

/** With less time left than this, a request hands long work over to the `completion` function. */
export const HAND_OVER_MS = 4000;

/** A call without an answer after this time counts as failed, and is repeated. */
const CALL_TIMEOUT_MS = 4000;

const MAXIMUM_DELAY_MS = 800;

/** Limits the attempts if there is no deadline: about 30 seconds. */
const MAXIMUM_ATTEMPTS = 80;

/**
 * Retries the calls of one request. Transient errors are retried while the function has time left.
 * Then the request is answered with 503 and `Retry-After`, before Lambda would end it without an
 * answer.
 */
export class Retries {
  /** @param deadline when the function's time is up, in milliseconds since the epoch */
  constructor(private readonly deadline = Number.POSITIVE_INFINITY) {}

  /** Milliseconds left for work. */
  get timeLeft(): number {
    return this.deadline - TIME_TO_ANSWER_MS - Date.now();
  }

  /**
   * Makes a call until it succeeds, fails permanently or the time is up. The call must be
   * idempotent: its answer can be lost after it took effect.
   * @throws ScimError 503, and what the call throws
   */
  async run<T>(call: (options: CallOptions) => Promise<T>): Promise<T> {
    let cause: unknown;
    for (let attempt = 1; ; attempt += 1) {
      if (this.timeLeft <= 0) throw directoryBusy(cause);
      try {
        return await call({ timeout: Math.min(CALL_TIMEOUT_MS, this.timeLeft) });
      } catch (error) {
        if (!isTransient(error)) throw error;
        cause = error;
        await this.pause(attempt, error);
      }
    }
  }

  /**
   * Waits before another attempt: exponential backoff with full jitter, so that competing requests
   * do not collide again.
   * @param attempt how many attempts have failed, counted from 1
   * @throws ScimError 503 if there is no time for another attempt
   */
  async pause(attempt: number, cause?: unknown): Promise<void> {
    const delay = Math.random() * Math.min(MAXIMUM_DELAY_MS, 10 * 2 ** Math.min(attempt, 10));
    if (delay >= this.timeLeft || attempt >= MAXIMUM_ATTEMPTS) throw directoryBusy(cause);
    await sleep(delay);
  }
}

/**
 * Attempts a conditional write until no other request comes first.
 * @param attempt returns undefined if another request came first
 * @throws ScimError 503 under lasting contention, and what `attempt` throws
 */
export async function untilWritten<T>(
  retries: Retries,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  for (let number = 1; ; number += 1) {
    const written = await attempt();
    if (written !== undefined) return written;
    await retries.pause(number);
  }
}

/**
 * Runs work that follows a committed change, which must not fail because of contention.
 * @returns undefined if the work was abandoned with 503
 */
export async function unlessBusy<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ScimError && error.code === 'busy') return undefined;
    throw error;
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const TRANSIENT = new Set([
  'InternalServerError',
  'InternalFailure',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'RequestLimitExceeded',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'ThrottlingException',
  'TransactionConflictException',
  'TransactionInProgressException',
]);

/**
 * Codes of a name server that does not answer or does not know the name for a moment, of lost
 * connections, and of connections that break in the middle of TLS (EPROTO) or HTTP (HPE_).
 * @see https://nodejs.org/api/errors.html#common-system-errors
 */
const TRANSIENT_CODE =
  /^(?:E(?:AI_AGAIN|CONN|HOST|NET|NOTFOUND|PIPE|PROTO|TIMEDOUT)|ERR_SSL_|HPE_)/;

/**
 * Returns whether a call may succeed when repeated: throttling, service faults, lost connections.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof DynamoDBError) return TRANSIENT.has(error.name) || error.status >= 500;
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && TRANSIENT_CODE.test(code);
}
