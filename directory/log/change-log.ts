import { connectionFromItem } from '../connections/connection-item';
import { inParallel } from '../store/batches';
import { connectionKey } from '../store/keys';
import type { Table } from '../store/table';
import { ABSENT } from '../store/write';
import { changeEntryToItem, withoutValues, type ChangeEntry } from './change-entry';

/** Entries written in parallel. */
const WIDTH = 16;

/**
 * Writes changes into the logs of their connections; this is idempotent. Changes of deleted
 * connections, and of earlier connections with the same id, are skipped. Connections that erase
 * deleted users get entries without names and values, because the log would keep what the directory
 * erases.
 * @param days how long entries are kept
 */
export async function logChanges(
  table: Table,
  entries: readonly ChangeEntry[],
  days: number,
): Promise<void> {
  const ids = new Set(entries.map(({ connection }) => connection));
  const items = await table.getMany([...ids].map(connectionKey));
  const connections = new Map(
    items
      .flatMap((item) => connectionFromItem(item) ?? [])
      .map((connection) => [connection.id, connection]),
  );
  const kept = entries.flatMap((entry): readonly ChangeEntry[] => {
    const connection = connections.get(entry.connection);
    if (connection === undefined || entry.at < connection.createdAt) return [];
    return [connection.userDeletion === 'erase' ? withoutValues(entry) : entry];
  });
  // An entry that exists may have been stripped since: the stream can deliver a record hours later.
  await inParallel(kept, WIDTH, (entry) =>
    table.write([{ put: changeEntryToItem(entry, days), condition: ABSENT }]),
  );
}
