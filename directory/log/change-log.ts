import { changeEntryWrite, withoutValues, type ChangeEntry } from './change-entry';
import { connectionFromItem } from '../connections/connection-item';
import { connectionKey } from '../store/keys';
import type { Table } from '../store/table';

/**
 * Writes changes into the logs of their connections; twice is once. A connection that is deleted, or younger than a change under its id, gets none. One that erases who is deleted
 * gets them without names and values: the log would keep what the directory does not.
 * @param days for which they are kept
 */
export async function logChanges(
  table: Table,
  entries: readonly ChangeEntry[],
  days: number,
): Promise<void> {
  const ids = new Set(entries.map(({ connection }) => connection));
  const items = await table.getMany([...ids].map(connectionKey));
  const connections = new Map(
    items.flatMap((item) => connectionFromItem(item) ?? []).map((found) => [found.id, found]),
  );
  const kept = entries.flatMap((entry): readonly ChangeEntry[] => {
    const connection = connections.get(entry.connection);
    if (connection === undefined || entry.at < connection.createdAt) return [];
    return [connection.userDeletion === 'erase' ? withoutValues(entry) : entry];
  });
  await table.writeEach(kept.map((entry) => changeEntryWrite(entry, days)));
}
