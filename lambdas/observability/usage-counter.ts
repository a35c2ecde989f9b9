import { countUse } from '../../directory/connections/usage-counts';
import type { Table } from '../../directory/store/table';

/** Requests of a connection that an instance counts before it adds them to the table. */
const MOST_UNCOUNTED = 20;

/** How long an instance waits at most before it adds the requests of a connection to the table. */
const INTERVAL_MS = 10_000;

/** Connections whose requests wait to be added. */
const MAXIMUM_CONNECTIONS = 1000;

interface Uncounted {
  requests: number;
  failures: number;
  /** When requests were last added to the table, in milliseconds since the epoch. */
  addedAt: number;
  /** When a failure was last added because it was one. */
  failedAt: number;
}

/**
 * Counts the requests of each connection by day, a few at a time: a write for each request would
 * double the price of a lookup. What an instance has not added when it ends is lost, so a count
 * means "at least".
 */
export class UsageCounter {
  private readonly connections = new Map<string, Uncounted>();

  /** Counts a request, and adds the counts to the table if it is time to. */
  async countRequest(table: Table, connection: string, now = Date.now()): Promise<void> {
    const uncounted = this.uncountedOf(connection);
    uncounted.requests += 1;
    const isDue = uncounted.requests >= MOST_UNCOUNTED || now - uncounted.addedAt >= INTERVAL_MS;
    if (isDue) await this.add(table, connection, uncounted, now);
  }

  /** Counts a failure of a request that was counted before. */
  async countFailure(table: Table, connection: string, now = Date.now()): Promise<void> {
    const uncounted = this.uncountedOf(connection);
    uncounted.failures += 1;
    // The first failures show at once, because an operator may look for them in the console.
    const isDue = uncounted.failedAt === 0 || now - uncounted.failedAt >= INTERVAL_MS;
    if (!isDue) return;
    uncounted.failedAt = now;
    await this.add(table, connection, uncounted, now);
  }

  private async add(
    table: Table,
    connection: string,
    uncounted: Uncounted,
    now: number,
  ): Promise<void> {
    const { requests, failures } = uncounted;
    Object.assign(uncounted, { requests: 0, failures: 0, addedAt: now });
    await countUse(table, connection, { requests, failures }, now);
  }

  private uncountedOf(connection: string): Uncounted {
    const found = this.connections.get(connection);
    if (found !== undefined) return found;
    // An instance serves few connections at a time.
    if (this.connections.size >= MAXIMUM_CONNECTIONS) this.connections.clear();
    const uncounted = { requests: 0, failures: 0, addedAt: 0, failedAt: 0 };
    this.connections.set(connection, uncounted);
    return uncounted;
  }
}
