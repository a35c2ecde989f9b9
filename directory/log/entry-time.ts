import { v7 as uuidv7 } from 'uuid';

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
