import { textOf } from '../store/item';
import { foldedName, readConnectionSort } from './connection-index';
import { CONNECTIONS, connectionKey, INVERSE_INDEX } from '../store/keys';
import type { Table } from '../store/table';

/** The connections that match a search. */
export interface FoundConnections {
  /** In their order. */
  readonly ids: readonly string[];
  /** How many connections match in all. */
  readonly total: number;
}

/**
 * Finds the connections whose id or name contains a text, regardless of case. It reads the keys of
 * all connections from the index, which are about a megabyte for 10,000 connections.
 * @param text empty for all connections
 * @param after id to continue after
 */
export async function searchConnections(
  table: Table,
  text: string,
  limit: number,
  after = '',
): Promise<FoundConnections> {
  const wanted = foldedName(text.trim());
  const matching: string[] = [];
  const unnamed: string[] = [];
  for await (const item of table.queryAll(CONNECTIONS, { index: INVERSE_INDEX })) {
    const { id, name } = readConnectionSort(textOf(item, 'gsi1sk'));
    if (id.includes(wanted) || name?.includes(wanted) === true) matching.push(id);
    else if (name === undefined) unnamed.push(id);
  }
  const all = [...matching, ...(await namedLike(table, unnamed, wanted))].sort((a, b) =>
    a < b ? -1 : 1,
  );
  return { ids: all.filter((id) => id > after).slice(0, limit), total: all.length };
}

/** Compares names of connections that a release before 0.3.0 wrote, which the index lacks. */
async function namedLike(
  table: Table,
  ids: readonly string[],
  wanted: string,
): Promise<readonly string[]> {
  const items = await table.getMany(ids.map(connectionKey));
  const named = new Set(
    items
      .filter((item) => foldedName(textOf(item, 'displayName')).includes(wanted))
      .map(({ pk }) => pk),
  );
  return ids.filter((id) => named.has(connectionKey(id).pk));
}
