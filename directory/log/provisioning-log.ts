import { numberOf, type Item } from '../store/item';
import { idPrefix } from '../store/key-texts';
import { changesPartition, entriesOfPartition, INVERSE_INDEX, logPartition } from '../store/keys';
import type { Table } from '../store/table';
import { changeEntryFromItem, type ChangeEntry } from './change-entry';
import { failureEntryFromItem, type FailureEntry } from './failure-entry';
import { ignoredEntryFromItem, type IgnoredEntry } from './ignored-entry';
import { mailEntryFromItem, type MailEntry } from './mail-entry';

/** An entry of a connection's provisioning log. */
export type LogRecord =
  | ({ readonly kind: 'failure' } & FailureEntry)
  | ({ readonly kind: 'change' } & ChangeEntry)
  | ({ readonly kind: 'ignored' } & IgnoredEntry)
  | ({ readonly kind: 'mail' } & MailEntry);

/** A query of the provisioning log. */
export interface LogQuery {
  /** Maximum number of records. A page may have fewer, even if it is not the last one. */
  readonly limit: number;
  /** Filters records. */
  readonly matches: (record: LogRecord) => boolean;
  /** Whether changes can match. They are many, so leaving them out finds other records faster. */
  readonly hasChanges: boolean;
  /** Earliest time, in milliseconds since the epoch. */
  readonly from?: number | undefined;
  /** Latest time, in milliseconds since the epoch. */
  readonly to?: number | undefined;
  /** Id to continue after. */
  readonly after?: string | undefined;
}

/** A page of the provisioning log. */
export interface LogPage {
  readonly records: readonly LogRecord[];
  /** Id of the last record that was read, to continue after; undefined on the last page. */
  readonly next: string | undefined;
}

/** Returns the latest records about a resource, newest first, within the log's retention. */
export async function logRecordsOf(
  table: Table,
  connection: string,
  resourceId: string,
  limit: number,
): Promise<readonly LogRecord[]> {
  const { items } = await table.query(entriesOfPartition(connection, resourceId), {
    index: INVERSE_INDEX,
    backward: true,
    limit,
  });
  const found = await table.getMany(items.map(({ pk, sk }) => ({ pk, sk })));
  return found
    .filter((item) => numberOf(item, 'ttl') * 1000 >= Date.now())
    .sort((a, b) => (a.sk < b.sk ? 1 : -1))
    .flatMap((item) => recordOf(connection, item) ?? []);
}

/** Maximum number of records that are read for one page. */
const READ_LIMIT = 10_000;

/** Sorts after every id. */
const AFTER_ALL_IDS = 'g';

/** Returns a page of a connection's log, newest first. */
export async function logRecords(
  table: Table,
  connection: string,
  query: LogQuery,
): Promise<LogPage> {
  const { limit, matches, hasChanges, from = 0, to, after } = query;
  const between = [
    idPrefix(from),
    after ?? (to === undefined ? AFTER_ALL_IDS : idPrefix(to)),
  ] as const;
  // DynamoDB rejects a range that ends before it begins.
  if (between[0] > between[1]) return { records: [], next: undefined };
  const partitions = [
    logPartition(connection),
    ...(hasChanges ? [changesPartition(connection)] : []),
  ];
  const items = newestFirst(
    partitions.map((pk) =>
      table.queryAll(pk, { between, backward: true, limit: Math.max(limit, 100) }),
    ),
  );
  const records: LogRecord[] = [];
  let read = 0;
  for await (const item of items) {
    if (item.sk === after) continue;
    // The item has expired; DynamoDB may take days to remove it.
    if (numberOf(item, 'ttl') * 1000 < Date.now()) continue;
    read += 1;
    const record = recordOf(connection, item);
    if (record !== undefined && matches(record)) records.push(record);
    if (records.length === limit || read === READ_LIMIT) return { records, next: item.sk };
  }
  return { records, next: undefined };
}

function recordOf(connection: string, item: Item): LogRecord | undefined {
  switch (item['entry']) {
    case 'failure':
    case 'refusal':
      return { kind: 'failure', ...failureEntryFromItem(connection, item) };
    case 'ignored':
      return { kind: 'ignored', ...ignoredEntryFromItem(connection, item) };
    case 'mail':
      return { kind: 'mail', ...mailEntryFromItem(connection, item) };
    case 'change':
      return { kind: 'change', ...changeEntryFromItem(connection, item) };
    default:
      // Entries of successes are only for the failure digest.
      return undefined;
  }
}

/**
 * Merges partitions into descending order of the sort key.
 * @param partitions each in descending order
 */
async function* newestFirst(
  partitions: readonly AsyncGenerator<Item, void>[],
): AsyncGenerator<Item> {
  const heads = new Map<AsyncGenerator<Item, void>, Item>();
  const advance = async (partition: AsyncGenerator<Item, void>): Promise<void> => {
    const head = await partition.next();
    if (head.done === true) heads.delete(partition);
    else heads.set(partition, head.value);
  };
  await Promise.all(partitions.map(advance));
  for (;;) {
    const [next] = [...heads].sort(([, a], [, b]) => (a.sk < b.sk ? 1 : -1));
    if (next === undefined) return;
    const [partition, item] = next;
    yield item;
    await advance(partition);
  }
}
