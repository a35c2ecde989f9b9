import { v7 as uuidv7 } from 'uuid';

/** Id and time of an entry that is written now: a UUIDv7, so that entries are in the order of their times, and RFC 3339. */
export function newEntryTime(now = Date.now()): { readonly id: string; readonly at: string } {
  return { id: uuidv7({ msecs: now }), at: new Date(now).toISOString() };
}

/** Seconds since the epoch at which DynamoDB removes an entry. @param at RFC 3339 */
export function expiryTime(at: string, days: number): number {
  return Math.ceil(Date.parse(at) / 1000) + days * 86_400;
}
