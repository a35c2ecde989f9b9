import { batchesOf } from '../store/batches';
import type { Purge } from '../store/intents';
import type { Item, Key } from '../store/item';
import { connectionKey } from '../store/keys';
import { HAND_OVER_MS } from '../store/retries';
import { TRANSACTION_WRITES, type Table } from '../store/table';
import type { Condition } from '../store/write';

/*
 * Deletes items of a connection that is being purged. Two workers may purge at the same time, and a
 * slow one may run after the connection's id was reused. Therefore a page of items is deleted only
 * if the connection was still being purged after the page was read, and items whose keys another
 * connection could have, too, are deleted in a transaction that checks this.
 */

/** Items per page. */
const PAGE = 100;

/** The condition that the connection is still being purged. */
export function isPurged({ id }: Purge): Condition {
  return { is: 'pendingIntent', intent: id };
}

/**
 * Processes all items of a partition, page by page.
 * @param remove deletes the items of a page
 * @returns false if there was not enough time, or another worker has completed the purge
 */
export async function removePages(
  table: Table,
  purge: Purge,
  partition: string,
  remove: (items: readonly Item[]) => Promise<boolean>,
): Promise<boolean> {
  for (;;) {
    if (table.retries.timeLeft < HAND_OVER_MS) return false;
    const { items } = await table.query(partition, { limit: PAGE });
    if (items.length === 0) return true;
    // Read after the page: what was read before belongs to the deleted connection.
    const connection = await table.get(connectionKey(purge.connection));
    if (connection?.['pending'] !== purge.id) return false;
    if (!(await remove(items))) return false;
  }
}

/** Deletes items whose keys contain an id that is never reused. */
export async function removeItems(table: Table, keys: readonly Key[]): Promise<true> {
  await table.writeEach(distinct(keys).map((key) => ({ delete: key })));
  return true;
}

/** Deletes items whose keys another connection with the same id would use, too. */
export async function removeSharedItems(
  table: Table,
  purge: Purge,
  keys: readonly Key[],
): Promise<true> {
  const check = { check: connectionKey(purge.connection), condition: isPurged(purge) };
  for (const batch of batchesOf(distinct(keys), TRANSACTION_WRITES - 1)) {
    await table.write([check, ...batch.map((key) => ({ delete: key }))]);
  }
  return true;
}

/** A batch or a transaction may contain each key only once. */
function distinct(keys: readonly Key[]): readonly Key[] {
  return [...new Map(keys.map(({ pk, sk }) => [`${pk} ${sk}`, { pk, sk }])).values()];
}
