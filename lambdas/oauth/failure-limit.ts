import {
  countTokenFailure,
  FAILURES_PER_MINUTE,
} from '../../directory/connections/oauth/token-failures';
import { unlessBusy } from '../../directory/store/retries';
import type { Table } from '../../directory/store/table';
import { RecentKeys } from '../observability/recent-keys';

/** The source of failed requests, and the client that they named. */
export interface FailureSource {
  /** Its id, even if there is no such connection. */
  readonly connection: string;
  /** The address that the request came from. */
  readonly address: string;
  /** Id of a client of the connection; empty for any other. */
  readonly client: string;
}

/**
 * Limits the failures of each source and client, counted in the table. A correct secret is
 * always accepted, because only failures are counted.
 */
export class FailureLimit {
  private readonly reached = new RecentKeys();

  /**
   * Counts a failure.
   * @param now milliseconds since the epoch
   * @returns seconds until the source may fail again; undefined below the limit, and if the table
   *   is too busy to count
   */
  async count(table: Table, source: FailureSource, now: number): Promise<number | undefined> {
    const { connection, address, client } = source;
    const key = JSON.stringify([connection, address, client, Math.floor(now / 60_000)]);
    const wait = 60 - (Math.floor(now / 1000) % 60);
    // A flood costs no writes.
    if (this.reached.has(key)) return wait;
    const failures =
      (await unlessBusy(() => countTokenFailure(table, connection, address, client, now))) ?? 0;
    if (failures <= FAILURES_PER_MINUTE) return undefined;
    this.reached.add(key);
    return wait;
  }
}
