import { v7 as uuidv7 } from 'uuid';
import { numberOf, textOf, type Item } from './item';
import { logPartition } from './keys';
import type { Table } from './table';
import type { Write } from './write';

/*
 * A connection's provisioning log: what its identity provider asked for and did not get. It holds what is named here and nothing else: neither bodies nor values,
 * but those that say whom a request was about.
 */

/** A request that failed, or several of the same cause. */
export interface LogEntry {
  /** A UUIDv7: entries are in the order of their times. */
  readonly id: string;
  readonly connection: string;
  /** RFC 3339. */
  readonly at: string;
  /** Of API Gateway and the function's log. */
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

/** Days for which entries are kept. */
export const LOG_DAYS = 30;

/** What there is of an entry only sometimes. */
const OPTIONAL = ['token', 'scimType', 'attribute', 'detail', 'received', 'resourceId', 'name', 'externalId'] as const;

/** Id and time of an entry that is written now. */
export function newEntryTime(now = Date.now()): Pick<LogEntry, 'id' | 'at'> {
  return { id: uuidv7({ msecs: now }), at: new Date(now).toISOString() };
}

/** The write that keeps an entry, for `LOG_DAYS`. */
export function entryWrite({ id, connection, ...entry }: LogEntry): Write {
  const ttl = Math.ceil(Date.parse(entry.at) / 1000) + LOG_DAYS * 86_400;
  return { put: { pk: logPartition(connection), sk: id, entry: 'failure', ...entry, ttl } };
}

/** The write that notes that a request went well while the connection was failing. */
export function successWrite(connection: string): Write {
  const { id, at } = newEntryTime();
  const ttl = Math.ceil(Date.parse(at) / 1000) + 86_400;
  return { put: { pk: logPartition(connection), sk: id, entry: 'success', at, ttl } };
}

/** Reads what `entryWrite` wrote. */
export function entryFrom(connection: string, item: Item): LogEntry {
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
    ...Object.fromEntries(OPTIONAL.flatMap((name) => (item[name] === undefined ? [] : [[name, textOf(item, name)]]))),
  };
}

export interface LogPage {
  readonly entries: readonly LogEntry[];
  /** Id of the last entry that was looked at, to continue behind; undefined when there are no more. */
  readonly next: string | undefined;
}

/** Entries that are looked at for one page, at most. */
const LOOKED_AT = 2000;

/**
 * A connection's entries, newest first.
 * @param limit entries of a page, at most; there may be fewer when few match
 * @param matches which ones
 * @param after continue behind this id
 */
export async function logEntries(
  table: Table,
  connection: string,
  {
    limit,
    matches,
    after,
  }: {
    readonly limit: number;
    readonly matches: (entry: LogEntry) => boolean;
    readonly after?: string | undefined;
  },
): Promise<LogPage> {
  const pk = logPartition(connection);
  const entries: LogEntry[] = [];
  let last = after;
  for (let looked = 0; looked < LOOKED_AT;) {
    const start = last === undefined ? undefined : { pk, sk: last };
    const { items, next } = await table.query(pk, { after: start, limit: Math.max(limit, 100), backward: true });
    for (const item of items) {
      last = item.sk;
      looked += 1;
      if (item['entry'] !== 'failure') continue;
      const entry = entryFrom(connection, item);
      if (!matches(entry)) continue;
      entries.push(entry);
      if (entries.length === limit) return { entries, next: last };
    }
    if (next === undefined) return { entries, next: undefined };
  }
  return { entries, next: last };
}
