import type { Item, Key } from '../store/item';
import { logPartition } from '../store/keys';
import type { Table } from '../store/table';
import { ABSENT } from '../store/write';
import { expiryTime } from './entry-item';

/**
 * Writes a log entry unless the connection's log has one for the same occasion already, such as an
 * attribute and a day. Any number of function instances may try.
 * @param entry the item, without its partition
 * @param occasion together with the connection, what may be logged once
 */
export async function writeOnce(
  table: Table,
  connection: string,
  entry: Omit<Item, keyof Key> & { readonly sk: string; readonly at: string },
  occasion: string,
): Promise<void> {
  const pk = logPartition(connection);
  await table.write([
    // It sorts after all entries.
    { put: { pk, sk: `once#${occasion}`, ttl: expiryTime(entry.at, 2) }, condition: ABSENT },
    { put: { ...entry, pk } },
  ]);
}
