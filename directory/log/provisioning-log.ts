import { changeEntryFromItem, type ChangeEntry } from './change-entry';
import { numberOf, type Item } from '../store/item';
import { changesPartition, idPrefix, logPartition } from '../store/keys';
import { mailEntryFromItem, type MailEntry } from './mail-entry';
import { failureEntryFromItem, type FailureEntry } from './failure-entry';
import type { Table } from '../store/table';

/** What a connection's provisioning log holds. */
export type LogRecord =
  | ({ readonly kind: 'failure' } & FailureEntry)
  | ({ readonly kind: 'change' } & ChangeEntry)
  | ({ readonly kind: 'mail' } & MailEntry);

export interface LogQuery {
  /** Records of a page, at most; there may be fewer when few match. */
  readonly limit: number;
  /** Which ones. */
  readonly matches: (record: LogRecord) => boolean;
  /** Whether changes can be among them: they are many, and others are found sooner without. */
  readonly hasChanges: boolean;
  /** Milliseconds since the epoch, from which on and until which. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Continue behind this id. */
  readonly after?: string | undefined;
}

export interface LogPage {
  readonly records: readonly LogRecord[];
  /** Id of the last record that was looked at, to continue behind; undefined when there are no more. */
  readonly next: string | undefined;
}

/** Records that are looked at for one page, at most. */
const LOOKED_AT = 10_000;

/** Behind every id. */
const END = 'g';

/** A connection's log, newest first. */
export async function logRecords(
  table: Table,
  connection: string,
  query: LogQuery,
): Promise<LogPage> {
  const { limit, matches, hasChanges, from = 0, to, after } = query;
  const between = [idPrefix(from), after ?? (to === undefined ? END : idPrefix(to))] as const;
  // A range that ends before it begins is an error of DynamoDB's.
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
  let looked = 0;
  for await (const item of items) {
    if (item.sk === after) continue;
    // It has expired; DynamoDB may take days to remove it.
    if (numberOf(item, 'ttl') * 1000 < Date.now()) continue;
    looked += 1;
    const record = recordOf(connection, item);
    if (record !== undefined && matches(record)) records.push(record);
    if (records.length === limit || looked === LOOKED_AT) return { records, next: item.sk };
  }
  return { records, next: undefined };
}

function recordOf(connection: string, item: Item): LogRecord | undefined {
  switch (item['entry']) {
    case 'failure':
      return { kind: 'failure', ...failureEntryFromItem(connection, item) };
    case 'mail':
      return { kind: 'mail', ...mailEntryFromItem(connection, item) };
    case 'change':
      return { kind: 'change', ...changeEntryFromItem(connection, item) };
    default:
      // Of use to those who make digests alone.
      return undefined;
  }
}

/** Items of several partitions by their sort keys, the greatest first. @param partitions each in this order already */
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
