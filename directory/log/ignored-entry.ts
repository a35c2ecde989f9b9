import { textOf, type Item } from '../store/item';
import type { Table } from '../store/table';
import { expiryTime } from './entry-item';
import { writeOnce } from './limited-entries';

/**
 * The log entry for an attribute that a request sent and that its resource type does not have, or
 * whose value is not in its catalog.
 */
export interface IgnoredEntry {
  /** A UUIDv7, so that entries are sorted by time. */
  readonly id: string;
  readonly connection: string;
  /** RFC 3339. */
  readonly at: string;
  /** Lambda's request id, which is also in the function's log. */
  readonly requestId: string;
  /** Id of the request's token. */
  readonly token: string;
  readonly method: string;
  /** The route, with API Gateway's placeholders. */
  readonly route: string;
  /** The attribute, with the URN of its extension. */
  readonly attribute: string;
  /** Undefined for an attribute that the resource type does not have. */
  readonly cause?: 'notInCatalog';
}

/**
 * Writes an entry unless the connection has one for the same attribute and day already: an identity
 * provider sends the attribute with every user.
 * @param days how long it is kept
 */
export async function logIgnored(table: Table, entry: IgnoredEntry, days: number): Promise<void> {
  const { id: sk, connection, ...rest } = entry;
  const item = { sk, entry: 'ignored', ...rest, ttl: expiryTime(entry.at, days) };
  const { at, route, attribute } = entry;
  await writeOnce(table, connection, item, `${at.slice(0, 10)}#${route}#${attribute}`);
}

/** Reads the item of `logIgnored`. */
export function ignoredEntryFromItem(connection: string, item: Item): IgnoredEntry {
  return {
    id: item.sk,
    connection,
    at: textOf(item, 'at'),
    requestId: textOf(item, 'requestId'),
    token: textOf(item, 'token'),
    method: textOf(item, 'method'),
    route: textOf(item, 'route'),
    attribute: textOf(item, 'attribute'),
    ...(item['cause'] === 'notInCatalog' ? { cause: 'notInCatalog' } : {}),
  };
}
