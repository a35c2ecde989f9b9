import { setTimeout as sleep } from 'node:timers/promises';
import { ScimError } from '../../scim/errors/scim-error';
import { DynamoDBError, type CallOptions } from './dynamodb';

/** What remains of a function's time when nothing more is begun: enough to answer. */
const TIME_TO_ANSWER_MS = 1000;

/** A request with less time left than this leaves the rest of a long work to the completion function. */
export const HAND_OVER_MS = 4000;

/** The longest that one call may take; the answer to it is taken for lost then. */
const CALL_TIMEOUT_MS = 4000;

/**
 * The patience of one request: what fails for a passing reason is tried again while the function has time, and then is 503 with
 * `Retry-After`, so that the client's own patience begins before the function is cut off without an answer.
 */
export class Retries {
  /** @param deadline when the function's time is over, in milliseconds since the epoch */
  constructor(private readonly deadline = Number.POSITIVE_INFINITY) {}

  /** Milliseconds that may still be worked for. */
  get timeLeft(): number {
    return this.deadline - TIME_TO_ANSWER_MS - Date.now();
  }

  /**
   * Makes a call until it succeeds, fails for good, or time is over. The call must be one that may take effect twice: an answer can be
   * lost behind its effect.
   * @throws ScimError 503, and what the call throws
   */
  async run<T>(call: (options: CallOptions) => Promise<T>): Promise<T> {
    let cause: unknown;
    for (let attempt = 1; ; attempt += 1) {
      if (this.timeLeft <= 0) throw busy(cause);
      try {
        return await call({ timeout: Math.min(CALL_TIMEOUT_MS, this.timeLeft) });
      } catch (error) {
        if (!isPassing(error)) throw error;
        cause = error;
        await this.pause(attempt, error);
      }
    }
  }

  /**
   * Waits before something is tried again: longer each time, and for a random part of it, so that competing requests do not march in step.
   * @param attempt how many attempts have failed, counted from 1
   * @throws ScimError 503 when there is no time left for another one
   */
  async pause(attempt: number, cause?: unknown): Promise<void> {
    const delay = Math.random() * Math.min(LONGEST_PAUSE_MS, 10 * 2 ** Math.min(attempt, 10));
    if (delay >= this.timeLeft || attempt >= MOST_ATTEMPTS) throw busy(cause);
    await sleep(delay);
  }
}

const LONGEST_PAUSE_MS = 800;

/** Where nothing else ends it: some 30 seconds. */
const MOST_ATTEMPTS = 80;

/** 503: what stands in the way will pass. @param cause what the last attempt met */
export function busy(cause: unknown): ScimError {
  const error = new ScimError(503, 'The directory is busy, or other changes keep coming first; try again.', {
    headers: { 'Retry-After': '2' },
  });
  error.cause = cause;
  return error;
}

/**
 * Does what follows a change that has happened: that something is busy is no failure of it.
 * @returns undefined when something was
 */
export async function unlessBusy<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ScimError && error.status === 503) return undefined;
    throw error;
  }
}

/** Errors of DynamoDB that pass (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html). */
const PASSING = new Set([
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

/** Whether a call that failed so may succeed when it is made again: throttling, faults of the service, connections that broke. */
export function isPassing(error: unknown): boolean {
  if (error instanceof DynamoDBError) return PASSING.has(error.name) || error.status >= 500;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^E(AI_AGAIN|CONN|HOST|NET|PIPE|TIMEDOUT)/.test(code);
}
