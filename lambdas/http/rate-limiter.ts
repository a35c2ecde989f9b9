import type { Connection, RateLimit } from '../../directory/connections/connection';
import { countRequests } from '../../directory/connections/rate-limit';
import type { Table } from '../../directory/store/table';
import { ENVIRONMENT } from '../contract';

/** Part of a second's requests that an instance serves without counting them in the table. */
const UNCOUNTED = 1 / 20;

/** After this time, uncounted requests are forgotten: the connection is far below its limit. */
const FORGOTTEN_MS = 1000;

/** What an instance knows about one connection. */
interface Seen {
  /** Requests that are not counted in the table yet. */
  uncounted: number;
  /** When the first of them arrived, in milliseconds since the epoch. */
  since: number;
  /** Until when requests are rejected, in milliseconds since the epoch. */
  blockedUntil: number;
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
  constructor(private readonly byDefault: RateLimit | undefined) {}

  /** Returns the limit of a connection; undefined for none. */
  limitOf({ rateLimit }: Connection): RateLimit | undefined {
    return rateLimit ?? this.byDefault;
  }

  /**
   * Returns for how long requests of a connection are rejected.
   * @returns milliseconds; 0 if the request is accepted
   */
  blockedFor({ id }: Connection, now = Date.now()): number {
    return Math.max(0, (this.connections.get(id)?.blockedUntil ?? 0) - now);
  }

  /** Counts a request that is accepted. @throws ScimError 503 if the table cannot count it */
  async count(table: Table, connection: Connection, now = Date.now()): Promise<void> {
    const limit = this.limitOf(connection);
    if (limit === undefined) return;
    const seen = this.seen(connection.id, now);
    // While requests are rejected, the connection is not far below its limit.
    const since = Math.max(seen.since, seen.blockedUntil);
    if (now - since >= FORGOTTEN_MS) Object.assign(seen, { uncounted: 0, since: now });
    seen.uncounted += 1;
    if (seen.uncounted < limit.requestsPerSecond * UNCOUNTED) return;
    const { uncounted } = seen;
    Object.assign(seen, { uncounted: 0, since: now });
    const blockedUntil = await countRequests(table, connection.id, uncounted, limit, now);
    seen.blockedUntil = Math.max(seen.blockedUntil, blockedUntil);
  }

  private seen(id: string, now: number): Seen {
    const found = this.connections.get(id);
    if (found !== undefined) return found;
    // An instance serves few connections at a time; those of a minute ago make room.
    if (this.connections.size >= 1000) {
      for (const [other, { since }] of this.connections) {
        if (now - since > 60_000) this.connections.delete(other);
      }
    }
    const seen = { uncounted: 0, since: now, blockedUntil: 0 };
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
