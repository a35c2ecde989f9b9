import { encodeValue } from '../../store/key-texts';
import { tokenFailurePartition } from '../../store/keys';
import type { Table } from '../../store/table';

/** Failed requests for an access token that a source may send in a minute. */
export const FAILURES_PER_MINUTE = 10;

/** A counter is deleted after this time. */
const KEPT_SECONDS = 120;

/**
 * Counts a failed request for an access token.
 * @param source the address that it came from
 * @param connection its id, even if there is no such connection
 * @param client id of a client of the connection; empty for any other
 * @param now milliseconds since the epoch
 * @returns how many this source has sent for this client in this minute
 */
export async function countTokenFailure(
  table: Table,
  connection: string,
  source: string,
  client: string,
  now: number,
): Promise<number> {
  const minute = Math.floor(now / 60_000);
  const sk = `${minute}#${client}#${encodeValue(source)}`;
  const key = { pk: tokenFailurePartition(connection), sk };
  return table.incrementFrom(key, 'failures', { least: 0, by: 1, keptSeconds: KEPT_SECONDS });
}
