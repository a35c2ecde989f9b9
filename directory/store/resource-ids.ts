import type { Key } from './item';

/*
 * Ids that are issued here are UUIDv7, so that they sort by the time of creation. An import keeps
 * the ids that resources had elsewhere. Their sort keys have a mark that sorts before every issued
 * id, so that a listing has imported resources first, and new ones at its end.
 */

const ISSUED = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const IMPORTED = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Words that have a meaning in the place of an id, in lower case; `bulkId` also within one. */
const RESERVED = new Set([
  ...['bulk', 'groups', 'me', 'resourcetypes', 'schemas', 'self', 'serviceproviderconfig'],
  'users',
]);
const BULK_ID = 'bulkid';

/** Begins the sort key of an imported id. It sorts before all characters that ids begin with. */
export const IMPORTED_MARK = '-';

/** Returns whether a text has the form of the ids that are issued here, UUIDv7. */
export function isIssuedId(text: string): boolean {
  return ISSUED.test(text);
}

/** Returns whether a text can be the id of a resource. Keys are built from no other ids. */
export function isResourceId(text: string): boolean {
  if (isIssuedId(text)) return true;
  const folded = text.toLowerCase();
  return IMPORTED.test(text) && !RESERVED.has(folded) && !folded.includes(BULK_ID);
}

/** Returns the sort key of a resource, and of what belongs to one resource of many. */
export function sortKeyOf(id: string): string {
  return isIssuedId(id) ? id : `${IMPORTED_MARK}${id}`;
}

/** Returns the id in a sort key of `sortKeyOf`. */
export function idIn({ sk }: Pick<Key, 'sk'>): string {
  return sk.startsWith(IMPORTED_MARK) ? sk.slice(IMPORTED_MARK.length) : sk;
}
