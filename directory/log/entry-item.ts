import { v7 as uuidv7 } from 'uuid';
import { entriesOfPartition } from '../store/keys';

/**
 * Returns the id and time of a new entry. The id is a UUIDv7, so that entries are sorted by time.
 */
export function newEntryTime(now = Date.now()): { readonly id: string; readonly at: string } {
  return { id: uuidv7({ msecs: now }), at: new Date(now).toISOString() };
}

/** Returns when DynamoDB removes an entry, in seconds since the epoch. @param at RFC 3339 */
export function expiryTime(at: string, days: number): number {
  return Math.ceil(Date.parse(at) / 1000) + days * 86_400;
}

/**
 * Returns the attributes that list an entry in the inverse index under the resource that it is
 * about; none if it is about no resource.
 */
export function indexOfEntry(
  connection: string,
  id: string,
  resourceId: string | undefined,
): { readonly gsi1pk?: string; readonly gsi1sk?: string } {
  if (resourceId === undefined) return {};
  return { gsi1pk: entriesOfPartition(connection, resourceId), gsi1sk: id };
}
