import { countUse } from '../../directory/connections/usage-counts';
import type { Table } from '../../directory/store/table';

/** Number of uncounted requests of a connection at which an instance writes the counts. */
const MOST_UNCOUNTED = 50;

/** Failures of a connection that an instance writes immediately within one interval. */
const IMMEDIATE_FAILURES = 20;

/** Interval after which the next request writes the counts, even if there are few. */
const INTERVAL_MS = 10_000;

/** Connections whose counts an instance keeps in memory. */
const MAXIMUM_CONNECTIONS = 1000;

interface Uncounted {
  requests: number;
  failures: number;
  /** When requests were last added to the table, in milliseconds since the epoch. */
  addedAt: number;
  /** When the first of `failuresAdded` was added, in milliseconds since the epoch. */
  failedAt: number;
  /** Failures that were written immediately within the current interval. */
  failuresAdded: number;
}

/**
 * Counts the requests of each connection per day and writes the counts in batches, because a write
 * per request would double the price of a lookup. An instance that ends loses the counts that it
 * has not written, so the stored numbers are lower bounds.
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
    if (now - uncounted.failedAt >= INTERVAL_MS) {
      Object.assign(uncounted, { failedAt: now, failuresAdded: 0 });
    }
    // The first failures are written immediately, so that the console shows them right away.
    if (uncounted.failuresAdded >= IMMEDIATE_FAILURES) return;
    uncounted.failuresAdded += 1;
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
    const uncounted = { requests: 0, failures: 0, addedAt: 0, failedAt: 0, failuresAdded: 0 };
    this.connections.set(connection, uncounted);
    return uncounted;
  }
}
