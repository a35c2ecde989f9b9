import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { randomUUID } from 'node:crypto';
import { batchesOf, inParallel } from './batches';
import { DynamoDBError, type DynamoDB, type Result } from './dynamodb';
import { isItem, type Item, type Key } from './item';
import type { INVERSE_INDEX } from './keys';
import { Retries } from './retries';
import {
  toBatchItem,
  toTransactItem,
  toWriteInput,
  type BatchWrite,
  type Check,
  type Write,
} from './write';

export interface QueryOptions {
  readonly index?: typeof INVERSE_INDEX;
  /** Resume behind this key, as an earlier page returned it. */
  readonly after?: Key | undefined;
  /** Only items whose sort key is one of these two or between them. */
  readonly between?: readonly [string, string] | undefined;
  readonly limit?: number;
  /** Whether what was written a moment ago may be missing, at half the price. */
  readonly eventual?: boolean;
  /** Whether the order is reversed. */
  readonly backward?: boolean;
}

export interface QueryPage {
  readonly items: readonly Item[];
  /** Where the next page begins; undefined on the last one. */
  readonly next: PageKey | undefined;
}

/** Keys as pages return them: those of the table, and those of the index where one was read. */
export type PageKey = Item;

/** A condition that did not hold: which write's, and the item it met. */
export interface FailedCondition {
  readonly index: number;
  readonly item: Item | undefined;
}

/** The most writes that one transaction takes, and that one batch takes. */
export const TRANSACTION_WRITES = 100;
const BATCH_WRITES = 25;

/** Batches that one request has under way at the same time. */
const WIDTH = 8;

/**
 * The single table as the directory uses it. Reads are strongly consistent except through the inverse index: identity providers
 * read back what they have just written. One instance serves one request, see `prefetch`.
 */
export class Table {
  private readonly prefetched = new Map<string, Promise<Item | undefined>>();

  constructor(
    private readonly db: DynamoDB,
    private readonly name: string,
    /** How long what fails for a passing reason is tried again; by default as long as it takes. */
    readonly retries = new Retries(),
  ) {}

  /**
   * The same table for another request.
   * @param deadline when that request's time is over, in milliseconds since the epoch
   */
  forRequest(deadline: number): Table {
    return new Table(this.db, this.name, new Retries(deadline));
  }

  /**
   * Begins to read items that the request will need, in one call, before it is known whether the request may have them: the first `get` of
   * each takes the result. It saves a round trip behind authentication.
   */
  prefetch(keys: readonly Key[]): void {
    const items = this.getMany(keys);
    for (const { pk, sk } of keys) {
      const item = items.then((found) => found.find((each) => each.pk === pk && each.sk === sk));
      // Whoever takes the result sees the failure; when nobody does, it must not end the process.
      item.catch(() => undefined);
      this.prefetched.set(`${pk} ${sk}`, item);
    }
  }

  async get(key: Key): Promise<Item | undefined> {
    const begun = this.prefetched.get(`${key.pk} ${key.sk}`);
    this.prefetched.delete(`${key.pk} ${key.sk}`);
    return begun ?? this.read(key);
  }

  private async read(key: Key): Promise<Item | undefined> {
    const input = { TableName: this.name, Key: marshall(key), ConsistentRead: true };
    const { Item: found } = await this.retries.run((options) =>
      this.db.call('GetItem', input, options),
    );
    return found === undefined ? undefined : toItem(found);
  }

  /** Items by key, in no order and each once; those that do not exist are left out. */
  async getMany(wanted: readonly Key[]): Promise<readonly Item[]> {
    const keys = [...new Map(wanted.map((key) => [`${key.pk} ${key.sk}`, key])).values()];
    const [only] = keys;
    if (only !== undefined && keys.length === 1) {
      const item = await this.read(only);
      return item === undefined ? [] : [item];
    }
    const pages = await inParallel(batchesOf(keys, 100), WIDTH, (batch) => this.getBatch(batch));
    return pages.flat();
  }

  private async getBatch(keys: readonly Key[]): Promise<readonly Item[]> {
    const items: Item[] = [];
    let wanted = keys.map((key) => marshall(key));
    for (let attempt = 0; wanted.length > 0; attempt += 1) {
      if (attempt > 0) await this.retries.pause(attempt);
      const input = { RequestItems: { [this.name]: { Keys: wanted, ConsistentRead: true } } };
      const answer = await this.retries.run((options) =>
        this.db.call('BatchGetItem', input, options),
      );
      items.push(...(answer.Responses?.[this.name] ?? []).map(toItem));
      wanted = answer.UnprocessedKeys?.[this.name]?.Keys ?? [];
    }
    return items;
  }

  /** One page of a partition, in the order of its sort key. */
  async query(partition: string, options: QueryOptions = {}): Promise<QueryPage> {
    const { index, after, between } = options;
    const [partitionKey, sortKey] = index === undefined ? ['pk', 'sk'] : ['gsi1pk', 'gsi1sk'];
    const input = {
      TableName: this.name,
      IndexName: index,
      ConsistentRead: index === undefined && options.eventual !== true,
      KeyConditionExpression: `#pk = :pk${between === undefined ? '' : ' AND #sk BETWEEN :from AND :to'}`,
      ExpressionAttributeNames: {
        '#pk': partitionKey,
        ...(between === undefined ? {} : { '#sk': sortKey }),
      },
      ExpressionAttributeValues: marshall({
        ':pk': partition,
        ...(between === undefined ? {} : { ':from': between[0], ':to': between[1] }),
      }),
      ExclusiveStartKey: after === undefined ? undefined : marshall(after),
      Limit: options.limit,
      ScanIndexForward: options.backward !== true,
    };
    const { Items: items = [], LastEvaluatedKey: last } = await this.retries.run((call) =>
      this.db.call('Query', input, call),
    );
    return { items: items.map(toItem), next: last === undefined ? undefined : toItem(last) };
  }

  /** All items of a partition, page by page as they are consumed. */
  async *queryAll(
    partition: string,
    options: QueryOptions = {},
  ): AsyncGenerator<Item, void, undefined> {
    let after = options.after;
    do {
      const page = await this.query(partition, { ...options, after });
      yield* page.items;
      after = page.next;
    } while (after !== undefined);
  }

  /** Every item of the table, in no order: a question for an administrator. @param segments how many readers share the work */
  async *scan(segments: number): AsyncGenerator<readonly Item[], void, undefined> {
    const pages = Array.from({ length: segments }, (_, segment) =>
      this.scanSegment(segment, segments),
    );
    const next = new Map(pages.map((page) => [page, page.next()]));
    while (next.size > 0) {
      const [page, result] = await Promise.race(
        [...next].map(async ([key, value]) => [key, await value] as const),
      );
      if (result.done === true) next.delete(page);
      else {
        next.set(page, page.next());
        yield result.value;
      }
    }
  }

  private async *scanSegment(
    segment: number,
    segments: number,
  ): AsyncGenerator<readonly Item[], void, undefined> {
    let after: Record<string, AttributeValue> | undefined;
    do {
      const input = {
        TableName: this.name,
        Segment: segment,
        TotalSegments: segments,
        ExclusiveStartKey: after,
        ConsistentRead: true,
      };
      const page: ScanPage = await this.retries.run((options) =>
        this.db.call('Scan', input, options),
      );
      yield (page.Items ?? []).map(toItem);
      after = page.LastEvaluatedKey;
    } while (after !== undefined);
  }

  /** Puts and deletes that may each take effect by itself, in any order, and more than once. */
  async writeEach(writes: readonly BatchWrite[]): Promise<void> {
    await inParallel(batchesOf(writes, BATCH_WRITES), WIDTH, (batch) => this.writeBatch(batch));
  }

  private async writeBatch(writes: readonly BatchWrite[]): Promise<void> {
    let left = writes.map(toBatchItem);
    for (let attempt = 0; left.length > 0; attempt += 1) {
      if (attempt > 0) await this.retries.pause(attempt);
      const input = { RequestItems: { [this.name]: left } };
      const { UnprocessedItems: unprocessed } = await this.retries.run((options) =>
        this.db.call('BatchWriteItem', input, options),
      );
      left = unprocessed?.[this.name] ?? [];
    }
  }

  /**
   * Writes all or nothing: one write as itself, several as a transaction, which costs twice as much.
   * @returns the conditions that did not hold; empty when the writes took effect
   * @throws ScimError 503 when the table stays contended
   */
  async write(writes: readonly (Write | Check)[]): Promise<readonly FailedCondition[]> {
    const [first] = writes;
    if (first === undefined) return [];
    return writes.length === 1 && !('check' in first)
      ? this.writeOne(first)
      : this.transact(writes);
  }

  private async writeOne(write: Write): Promise<readonly FailedCondition[]> {
    try {
      await this.sendOne(write);
      return [];
    } catch (error) {
      if (!(error instanceof DynamoDBError) || error.name !== 'ConditionalCheckFailedException')
        throw error;
      const item = error.item === undefined ? undefined : toItem(error.item);
      // A write whose answer was lost is repeated, and the repetition meets what the first one wrote.
      if (item !== undefined && isOwnVersion(write, item)) return [];
      return [{ index: 0, item }];
    }
  }

  private async sendOne(write: Write): Promise<void> {
    const input = toWriteInput(write, this.name);
    await this.retries.run((options): Promise<unknown> => {
      if ('Item' in input) return this.db.call('PutItem', input, options);
      return this.db.call(
        'UpdateExpression' in input ? 'UpdateItem' : 'DeleteItem',
        input,
        options,
      );
    });
  }

  private async transact(writes: readonly (Write | Check)[]): Promise<readonly FailedCondition[]> {
    const input = {
      TransactItems: writes.map((write) => toTransactItem(write, this.name)),
      // A transaction whose answer was lost takes effect once, however often it is repeated.
      ClientRequestToken: randomUUID(),
    };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.retries.run((options) => this.db.call('TransactWriteItems', input, options));
        return [];
      } catch (error) {
        if (!(error instanceof DynamoDBError) || error.name !== 'TransactionCanceledException')
          throw error;
        const failed = failedConditions(error);
        if (failed.length > 0) return failed;
        if (!isPassingCancellation(error)) throw error;
        await this.retries.pause(attempt, error);
      }
    }
  }
}

type ScanPage = Result<'Scan'>;

/** Whether an item is what a write would make of it: versions are given out once. */
function isOwnVersion(write: Write, item: Item): boolean {
  const written =
    'put' in write ? write.put['version'] : 'update' in write ? write.set?.['version'] : undefined;
  return written !== undefined && written === item['version'];
}

function failedConditions({ reasons }: DynamoDBError): readonly FailedCondition[] {
  return reasons.flatMap((reason, index) => {
    if (reason.Code !== 'ConditionalCheckFailed') return [];
    return [{ index, item: reason.Item === undefined ? undefined : toItem(reason.Item) }];
  });
}

/** Whether a transaction was cancelled for what passes: another one on the same items, or throttling. */
function isPassingCancellation({ reasons }: DynamoDBError): boolean {
  return reasons.every(({ Code: code = 'None' }) => PASSING_REASONS.has(code));
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const PASSING_REASONS = new Set([
  'None',
  'TransactionConflict',
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
]);

function toItem(attributes: Readonly<Record<string, AttributeValue>>): Item {
  const item = unmarshall(attributes);
  if (!isItem(item)) throw new Error('The table returned an item without its key.');
  return item;
}
