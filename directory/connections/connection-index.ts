import { connectionKey, CONNECTIONS } from '../store/keys';
import type { PageKey } from '../store/query';

/*
 * The partition `CONNECTIONS` of the inverse index lists all connections. Their sort key has the
 * name, so that a search by name reads the index only.
 */

/** Maximum bytes of a name in the sort key, of which DynamoDB allows 1,024. Ids have up to 64. */
const NAME_BYTES = 900;

/**
 * Returns the sort key of a connection in the inverse index: its id, then its folded name, which is
 * cut if it is very long. `#` sorts before all characters of ids.
 */
export function connectionSort(id: string, displayName: string): string {
  const name = Buffer.from(foldedName(displayName)).subarray(0, NAME_BYTES).toString();
  // A character that was cut in the middle is decoded as U+FFFD.
  return `${id}#${name.replace(/\uFFFD$/, '')}`;
}

/** Returns a name in the form in which names are compared: case-folded and NFKC-normalized. */
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
