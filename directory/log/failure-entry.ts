import { numberOf, textOf, type Item } from '../store/item';
import { logPartition } from '../store/keys';
import { newEntryTime, expiryTime } from './entry-time';
import type { Write } from '../store/write';

/*
 * What a connection's identity provider asked for and did not get, for its provisioning log. It holds what is named here and nothing else: neither bodies nor values,
 * but those that say whom a request was about. What it got is in `change-entry.ts`.
 */

/** A request that failed, or several of the same cause. */
export interface FailureEntry {
  /** A UUIDv7: entries are in the order of their times. */
  readonly id: string;
  readonly connection: string;
  /** RFC 3339. */
  readonly at: string;
  /** Of the invocation, in the function's log. */
  readonly requestId: string;
  /** Id of the token that the request came with. */
  readonly token?: string;
  readonly method: string;
  /** The route, with API Gateway's placeholders. */
  readonly route: string;
  readonly status: number;
  /** RFC 7644 section 3.12. */
  readonly scimType?: string;
  /** Name of the cause, in the table of explanations. */
  readonly cause: string;
  /** The attribute that it is about. */
  readonly attribute?: string;
  /** What was expected, without values of the request; when the cause says it all there is none. */
  readonly detail?: string;
  /** What was sent instead: a kind of JSON. */
  readonly received?: string;
  readonly resourceId?: string;
  /** The user's `userName` or the group's `displayName`. */
  readonly name?: string;
  readonly externalId?: string;
  /** Milliseconds in the function. */
  readonly latency: number;
  /** Requests that it stands for: itself and those of the same cause before it that were counted and not written. */
  readonly count: number;
}

/** What there is of an entry only sometimes. */
const OPTIONAL = [
  'token',
  'scimType',
  'attribute',
  'detail',
  'received',
  'resourceId',
  'name',
  'externalId',
] as const;

/** The write that keeps an entry. @param days for how long */
export function failureEntryWrite({ id, connection, ...entry }: FailureEntry, days: number): Write {
  return {
    put: {
      pk: logPartition(connection),
      sk: id,
      entry: 'failure',
      ...entry,
      ttl: expiryTime(entry.at, days),
    },
  };
}

/** The write that notes that a request went well while the connection was failing. */
export function successWrite(connection: string): Write {
  const { id, at } = newEntryTime();
  return {
    put: { pk: logPartition(connection), sk: id, entry: 'success', at, ttl: expiryTime(at, 1) },
  };
}

/** Reads what `failureWrite` wrote. */
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
