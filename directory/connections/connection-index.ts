import { connectionKey, CONNECTIONS } from '../store/keys';
import type { PageKey } from '../store/table';

/*
 * The partition `CONNECTIONS` of the inverse index lists all connections. Their sort key has the
 * name, so that a search by name reads the index only.
 */

/**
 * Returns the sort key of a connection in the partition `CONNECTIONS` of the inverse index: its id,
 * then its name, so that a search reads the index only. `#` sorts before all characters of ids.
 */
export function connectionSort(id: string, displayName: string): string {
  return `${id}#${foldedName(displayName)}`;
}

/** Returns a name in the form in which names are compared: without case and accents of width. */
export function foldedName(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/**
 * Reads the sort key of a connection in the inverse index.
 * @returns its id, and its folded name; without the name if a release before 0.3.0 wrote it
 */
export function readConnectionSort(sort: string): {
  readonly id: string;
  readonly name: string | undefined;
} {
  const at = sort.indexOf('#');
  if (at === -1) return { id: sort, name: undefined };
  return { id: sort.slice(0, at), name: sort.slice(at + 1) };
}

/** Returns the position in the index that follows a connection, whatever its name is. */
export function afterConnection(id: string): PageKey {
  return { ...connectionKey(id), gsi1pk: CONNECTIONS, gsi1sk: `${id}#\u{10FFFF}` };
}
