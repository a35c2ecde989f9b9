import { rateKey } from '../store/keys';
import type { Table } from '../store/table';
import type { RateLimit } from './connection';

/*
 * A token bucket that all function instances share, as the single number of the generic cell rate
 * algorithm: the time at which the bucket is full again. Each request moves it ahead by the time
 * that one request may take; the bucket is empty when it is a whole burst ahead.
 */

/** Returns a limit with its burst: by default, the requests of four seconds. */
export function withBurst({
  requestsPerSecond,
  burst = 4 * requestsPerSecond,
}: RateLimit): Required<RateLimit> {
  return { requestsPerSecond, burst };
}

/** Forgets the requests that were counted, because they were counted for another limit. */
export async function forgetRequests(table: Table, connection: string): Promise<void> {
  await table.write([{ delete: rateKey(connection) }]);
}

/** An unused counter is deleted after this time. */
const KEPT_SECONDS = 86_400;

/**
 * Counts requests of a connection.
 * @param now milliseconds since the epoch
 * @returns when the bucket has room for another request, in milliseconds since the epoch; in the
 *   past unless the limit is reached
 */
export async function countRequests(
  table: Table,
  connection: string,
  requests: number,
  { requestsPerSecond, burst }: Required<RateLimit>,
  now: number,
): Promise<number> {
  const milliseconds = (count: number): number => (count * 1000) / requestsPerSecond;
  const fullAt = await table.incrementFrom(rateKey(connection), 'fullAt', {
    least: now,
    by: milliseconds(requests),
    keptSeconds: KEPT_SECONDS,
  });
  return fullAt - milliseconds(burst - 1);
}
