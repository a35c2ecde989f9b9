import type { Connection, RateLimit } from '../../directory/connections/connection';
import { countRequests, withBurst } from '../../directory/connections/rate-limit';
import type { Table } from '../../directory/store/table';
import { rateLimited } from '../../scim/errors/access-errors';
import type { ScimError } from '../../scim/errors/scim-error';
import { ENVIRONMENT } from '../contract';
import type { Caller } from './authenticate';
import type { PresentedCredential } from './presented-credential';

/** Parts of a second's requests, and of a burst, that an instance serves without counting them. */
const UNCOUNTED = { ofSecond: 1 / 20, ofBurst: 1 / 4 };

/**
 * After this time, an instance forgets requests that it has not counted, unless it was busy for
 * half of it: Lambda adds instances when all are busy, so that others may serve as much.
 */
const WINDOW_MS = 1000;

/** Requests of one connection in this instance. */
interface Seen {
  /** Requests that are not counted in the table yet. */
  uncounted: number;
  /** When the first of them arrived, in milliseconds since the epoch. */
  since: number;
  /** Milliseconds that requests took since then. */
  busy: number;
  /** Until when requests are rejected, in milliseconds since the epoch. */
  blockedUntil: number;
  /** The latest caller, whose requests need not be authenticated again to reject them. */
  caller: Caller;
}

/** A caller whose request is rejected. */
export interface RejectedCaller {
  readonly caller: Caller;
  readonly error: ScimError;
}

/**
 * Limits the requests of each connection. Every function instance counts the requests that it
 * serves and adds them to a shared counter a few at a time, so that a connection far below its
 * limit costs no call of the table. The limit is approximate: an instance learns that the limit is
 * reached when it counts the next time.
 */
export class RateLimiter {
  private readonly connections = new Map<string, Seen>();

  /** @param byDefault limit of connections without one of their own; undefined for none */
  constructor(private readonly byDefault: Required<RateLimit> | undefined) {}

  /**
   * Rejects a request without reading the table, if the instance knows the caller and that its
   * connection has reached the limit. A flood then costs almost nothing.
   * @returns undefined for a caller that is not known, or not to be rejected
   */
  rejected(
    presented: PresentedCredential | undefined,
    now = Date.now(),
  ): RejectedCaller | undefined {
    const seen = presented === undefined ? undefined : this.connections.get(presented.connection);
    if (seen === undefined || seen.caller.digest !== presented?.digest) return undefined;
    const error = this.check(seen.caller.connection, now);
    return error === undefined ? undefined : { caller: seen.caller, error };
  }

  /** Returns the error of a connection that has reached its limit. */
  check(connection: Connection, now = Date.now()): ScimError | undefined {
    const limit = this.limitOf(connection);
    const milliseconds = (this.connections.get(connection.id)?.blockedUntil ?? 0) - now;
    return limit === undefined || milliseconds <= 0
      ? undefined
      : rateLimited(Math.ceil(milliseconds / 1000), limit.requestsPerSecond);
  }

  /** Counts a request that is accepted. @throws ScimError 503 if the table cannot count it */
  async count(table: Table, caller: Caller, now = Date.now()): Promise<void> {
    const { connection } = caller;
    const limit = this.limitOf(connection);
    if (limit === undefined) return;
    const seen = this.seen(caller, now);
    // While requests are rejected, the connection is not far below its limit.
    const elapsed = now - Math.max(seen.since, seen.blockedUntil);
    const isIdle = elapsed >= WINDOW_MS && seen.busy < elapsed / 2;
    if (isIdle) Object.assign(seen, { uncounted: 0, since: now, busy: 0 });
    seen.uncounted += 1;
    const { requestsPerSecond, burst } = limit;
    const most = Math.min(requestsPerSecond * UNCOUNTED.ofSecond, burst * UNCOUNTED.ofBurst);
    const isBusy = elapsed >= WINDOW_MS && !isIdle;
    if (seen.uncounted < most && !isBusy) return;
    const { uncounted } = seen;
    Object.assign(seen, { uncounted: 0, since: now, busy: 0 });
    const blockedUntil = await countRequests(table, connection.id, uncounted, limit, now);
    seen.blockedUntil = Math.max(seen.blockedUntil, blockedUntil);
  }

  private limitOf({ rateLimit }: Connection): Required<RateLimit> | undefined {
    return rateLimit === undefined ? this.byDefault : withBurst(rateLimit);
  }

  /** Adds the time that a request took. @param milliseconds in the function */
  addTime({ id }: Connection, milliseconds: number): void {
    const seen = this.connections.get(id);
    if (seen !== undefined) seen.busy += milliseconds;
  }

  private seen(caller: Caller, now: number): Seen {
    const { id } = caller.connection;
    const found = this.connections.get(id);
    if (found !== undefined) {
      found.caller = caller;
      return found;
    }
    // An instance serves few connections at a time; those of a minute ago make room.
    if (this.connections.size >= 1000) {
      for (const [other, { since }] of this.connections) {
        if (now - since > 60_000) this.connections.delete(other);
      }
    }
    const seen = { uncounted: 0, since: now, busy: 0, blockedUntil: 0, caller };
    this.connections.set(id, seen);
    return seen;
  }
}

/** Opens the limiter with the deployment's default, from the environment. */
export function openRateLimiter(): RateLimiter {
  const [requestsPerSecond = 0, burst = 0] = (process.env[ENVIRONMENT.rateLimit] ?? '')
    .split('/')
    .map(Number);
  return new RateLimiter(requestsPerSecond > 0 ? { requestsPerSecond, burst } : undefined);
}
