import {
  countTokenFailure,
  FAILURES_PER_MINUTE,
  type FailureSource,
} from '../../directory/connections/oauth/token-failures';
import { unlessBusy } from '../../directory/store/retries';
import type { Table } from '../../directory/store/table';
import { RecentKeys } from '../observability/recent-keys';

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
    const { connection, network, client = '' } = source;
    const key = `${connection} ${network} ${client} ${Math.floor(now / 60_000)}`;
    const wait = 60 - (Math.floor(now / 1000) % 60);
    // A flood costs no writes.
    if (this.reached.has(key)) return wait;
    const failures = (await unlessBusy(() => countTokenFailure(table, source, now))) ?? 0;
    if (failures <= FAILURES_PER_MINUTE) return undefined;
    this.reached.add(key);
    return wait;
  }
}
