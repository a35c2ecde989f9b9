import { numberOf, textOf, type Item } from '../store/item';
import { logPartition } from '../store/keys';
import type { Table } from '../store/table';
import type { Write } from '../store/write';
import { expiryTime, indexOfEntry, newEntryTime } from './entry-item';
import { writeOnce } from './limited-entries';

/*
 * The provisioning log records failed requests. Entries contain the fields below and nothing else:
 * no bodies, and no values except the names of the user or group concerned. Successful changes are
 * in `change-entry.ts`.
 */

/** The log entry for a failed request, or for several with the same cause. */
export interface FailureEntry {
  /** A UUIDv7, so that entries are sorted by time. */
  readonly id: string;
  readonly connection: string;
  /** RFC 3339. */
  readonly at: string;
  /** Lambda's request id, which is also in the function's log. */
  readonly requestId: string;
  /** Id of the request's token. */
  readonly token?: string;
  /** The account that the connection acts for. */
  readonly actsAs?: string;
  readonly method: string;
  /** The route, with API Gateway's placeholders. */
  readonly route: string;
  readonly status: number;
  /** RFC 7644 section 3.12. */
  readonly scimType?: string;
  /** The code of the failure, as in `idp/explanations`. */
  readonly cause: string;
  /** The attribute concerned. */
  readonly attribute?: string;
  /** The expectation, without values of the request; missing if the code is sufficient. */
  readonly detail?: string;
  /** The JSON type that was received instead, or the value that failed `check`. */
  readonly received?: string;
  /** The check that a token of the identity provider failed. */
  readonly check?: string;
  /** The value that `check` expected. */
  readonly expected?: string;
  readonly resourceId?: string;
  /** The user's `userName` or the group's `displayName`. */
  readonly name?: string;
  readonly externalId?: string;
  /** Milliseconds that the request took in the function. */
  readonly latency: number;
  /**
   * Failures that the entry represents: its own, and earlier ones of the same cause without
   * entries.
   */
  readonly count: number;
}

/** Optional fields of an entry. */
const OPTIONAL = [
  'token',
  'actsAs',
  'scimType',
  'attribute',
  'detail',
  'received',
  'check',
  'expected',
  'resourceId',
  'name',
  'externalId',
] as const;

/** Creates the write that stores an entry. @param days how long it is kept */
export function failureEntryWrite({ id, connection, ...entry }: FailureEntry, days: number): Write {
  return {
    put: {
      pk: logPartition(connection),
      sk: id,
      ...indexOfEntry(connection, id, entry.resourceId),
      entry: 'failure',
      ...entry,
      ttl: expiryTime(entry.at, days),
    },
  };
}

/**
 * Writes the entry of a refused token or client, once a minute for each connection and kind of
 * mistake: anybody can send them. It is no failure of the identity provider that recipients are
 * notified about.
 * @param kind what is wrong, in one word
 * @param days how long it is kept
 */
export async function logRefusal(
  table: Table,
  entry: FailureEntry,
  kind: string,
  days: number,
): Promise<void> {
  const { id: sk, connection, ...rest } = entry;
  const item = { sk, entry: 'refusal', ...rest, ttl: expiryTime(entry.at, days) };
  await writeOnce(table, connection, item, `${entry.at.slice(0, 16)}#${kind}`);
}

/** Creates the write that records a successful request while the connection is failing. */
export function successWrite(connection: string): Write {
  const { id, at } = newEntryTime();
  return {
    put: { pk: logPartition(connection), sk: id, entry: 'success', at, ttl: expiryTime(at, 1) },
  };
}

/** Reads the item of `failureEntryWrite`. */
export function failureEntryFromItem(connection: string, item: Item): FailureEntry {
  return {
    id: item.sk,
    connection,
    at: textOf(item, 'at'),
    requestId: textOf(item, 'requestId'),
    method: textOf(item, 'method'),
    route: textOf(item, 'route'),
    status: numberOf(item, 'status'),
    cause: textOf(item, 'cause'),
    latency: numberOf(item, 'latency'),
    count: numberOf(item, 'count'),
    ...Object.fromEntries(
      OPTIONAL.flatMap((name) => (item[name] === undefined ? [] : [[name, textOf(item, name)]])),
    ),
  };
}
