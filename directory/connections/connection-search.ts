import { textOf, type Item } from '../store/item';
import { afterConnection, foldedName, readConnectionSort } from './connection-index';
import { CONNECTIONS, connectionKey, INVERSE_INDEX } from '../store/keys';
import type { Table } from '../store/table';

/** The connections that match a search. */
export interface FoundConnections {
  /** In their order. */
  readonly ids: readonly string[];
  /** Whether more connections match. */
  readonly hasMore: boolean;
}

/**
 * Finds the connections whose id or name contains a text, regardless of case. It reads keys from
 * the index until it has enough: all keys are about a megabyte for 10,000 connections.
 * @param text empty for all connections
 * @param after id to continue after
 */
export async function searchConnections(
  table: Table,
  text: string,
  limit: number,
  after?: string,
): Promise<FoundConnections> {
  const wanted = foldedName(text.trim());
  const found: string[] = [];
  let start = after === undefined ? undefined : afterConnection(after);
  do {
    const { items, next } = await table.query(CONNECTIONS, {
      index: INVERSE_INDEX,
      after: start,
      // All connections match an empty text, so one page is enough.
      ...(wanted === '' ? { limit: limit + 1 } : {}),
    });
    found.push(...(await matching(table, items, wanted)));
    start = next;
  } while (start !== undefined && found.length <= limit);
  return { ids: found.slice(0, limit), hasMore: found.length > limit };
}

/** Returns the ids of the connections that match, in their order. */
async function matching(
  table: Table,
  items: readonly Item[],
  wanted: string,
): Promise<readonly string[]> {
  const sorts = items.map((item) => readConnectionSort(textOf(item, 'gsi1sk')));
  const isSure = ({ id, name }: (typeof sorts)[number]): boolean =>
    id.includes(wanted) || name?.includes(wanted) === true;
  const unnamed = sorts.filter((sort) => !isSure(sort) && sort.name === undefined);
  const alike = new Set(
    await namedLike(
      table,
      unnamed.map(({ id }) => id),
      wanted,
    ),
  );
  return sorts.filter((sort) => isSure(sort) || alike.has(sort.id)).map(({ id }) => id);
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
