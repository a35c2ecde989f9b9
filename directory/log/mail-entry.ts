import { textOf, type Item } from '../store/item';
import { logPartition } from '../store/keys';
import type { Write } from '../store/write';
import { expiryTime } from './entry-item';

/** The log entry for a mail to a connection's recipients that could not be sent. */
export interface MailEntry {
  /** A UUIDv7, so that entries are sorted by time. */
  readonly id: string;
  readonly connection: string;
  /** RFC 3339. */
  readonly at: string;
  /** Lambda's request id, which is also in the function's log. */
  readonly requestId: string;
  /** The kind of the notice. */
  readonly mail: string;
  /** The name of SES's error. */
  readonly error: string;
}

/** Creates the write that stores an entry. @param days how long it is kept */
export function mailEntryWrite({ id, connection, ...entry }: MailEntry, days: number): Write {
  return {
    put: {
      pk: logPartition(connection),
      sk: id,
      entry: 'mail',
      ...entry,
      ttl: expiryTime(entry.at, days),
    },
  };
}

/** Reads the item of `mailEntryWrite`. */
export function mailEntryFromItem(connection: string, item: Item): MailEntry {
  return {
    id: item.sk,
    connection,
    at: textOf(item, 'at'),
    requestId: textOf(item, 'requestId'),
    mail: textOf(item, 'mail'),
    error: textOf(item, 'error'),
  };
}
