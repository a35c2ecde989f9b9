import { textOf, type Item } from '../store/item';
import { logPartition } from '../store/keys';
import { expiryTime } from './entry-time';
import type { Write } from '../store/write';

/** That a mail to a connection's recipients could not be sent. */
export interface MailEntry {
  /** A UUIDv7: entries are in the order of their times. */
  readonly id: string;
  readonly connection: string;
  /** RFC 3339. */
  readonly at: string;
  /** Of the invocation, and the function's log. */
  readonly requestId: string;
  /** What the mail was to tell: the kind of its notice. */
  readonly mail: string;
  /** Name of the error, as SES gives it. */
  readonly error: string;
}

/** The write that keeps an entry. @param days for how long */
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

/** Reads what `mailWrite` wrote. */
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
