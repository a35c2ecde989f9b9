import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { marshallKey } from './client/attribute-values';
import { batchesOf, inParallel, interleave } from './batches';
import { isDynamoDBError, type DynamoDB, type Result } from './client/dynamodb';
import {
  failedCondition,
  failedConditions,
  isTransientCancellation,
  toItem,
  type FailedCondition,
} from './failed-conditions';
import { countUpdate, incrementFrom, type Increment } from './increment';
import type { Item, Key } from './item';
import { Prefetched } from './prefetched';
import { toQueryInput, type QueryOptions, type QueryPage } from './query';
import { Retries } from './retries';
import {
  toBatchItem,
  toTransactItem,
  toWriteInput,
  type BatchWrite,
  type Check,
  type Write,
} from './write';

/** The most writes in one transaction. */
export const TRANSACTION_WRITES = 100;

/** The most writes in one BatchWriteItem call. */
const BATCH_WRITES = 25;

/** The most keys in one BatchGetItem call. */
const BATCH_KEYS = 100;

/** Batches that one request sends in parallel. */
const WIDTH = 8;

/**
 * The table that holds all data. Reads are strongly consistent, except through the inverse index,
 * because identity providers read back what they have just written. Each request has its own
 * instance, see `prefetch`.
 */
export class Table {
  private readonly prefetched = new Prefetched();

  constructor(
    private readonly db: DynamoDB,
    readonly name: string,
    /** Retries transient errors; by default without a deadline. */
    readonly retries = new Retries(),
  ) {}

  /**
   * Returns an instance for another request.
   * @param deadline when the request's time is up, in milliseconds since the epoch
   */
  forRequest(deadline: number): Table {
    return new Table(this.db, this.name, new Retries(deadline));
  }

  /**
   * Starts to read, in one call, items that the request will need. The first read of each item uses
   * the result. This saves a round trip.
   */
  prefetch(keys: readonly Key[]): void {
    this.prefetched.addItems(keys, this.readMany(keys));
  }

  /** Starts a query that the request will need. The first identical query uses the result. */
  prefetchQuery(partition: string, options: QueryOptions = {}): void {
    this.prefetched.addPage(partition, options, this.runQuery(partition, options));
  }

  /** Returns the item with a key; undefined if there is none. */
  async get(key: Key): Promise<Item | undefined> {
    return this.prefetched.takeItem(key) ?? this.read(key);
  }

  private async read(key: Key): Promise<Item | undefined> {
    const input = { TableName: this.name, Key: marshallKey(key), ConsistentRead: true };
    const { Item: found } = await this.retries.run((options) =>
      this.db.call('GetItem', input, options),
    );
    return found === undefined ? undefined : toItem(found);
  }

  /** Returns items by key, each once and in no order. Keys without an item are left out. */
  async getMany(wanted: readonly Key[]): Promise<readonly Item[]> {
    const keys = [...new Map(wanted.map((key) => [`${key.pk} ${key.sk}`, key])).values()];
    if (!this.prefetched.hasItems) return this.readMany(keys);
    const left: Key[] = [];
    const known = keys.flatMap((key) => {
      const item = this.prefetched.takeItem(key);
      if (item === undefined) left.push(key);
      return item ?? [];
    });
    const [items, others] = await Promise.all([Promise.all(known), this.readMany(left)]);
    return [...items.flatMap((item) => item ?? []), ...others];
  }

  private async readMany(keys: readonly Key[]): Promise<readonly Item[]> {
    const [only] = keys;
    if (only !== undefined && keys.length === 1) {
      const item = await this.read(only);
      return item === undefined ? [] : [item];
    }
    if (keys.length <= BATCH_KEYS) return keys.length === 0 ? [] : this.getBatch(keys);
    const batches = batchesOf(keys, BATCH_KEYS);
    const pages = await inParallel(batches, WIDTH, (batch) => this.getBatch(batch));
    return pages.flat();
  }

  private async getBatch(keys: readonly Key[]): Promise<readonly Item[]> {
    const items: Item[] = [];
    let left = keys.map(marshallKey);
    for (let attempt = 0; left.length > 0; attempt += 1) {
      if (attempt > 0) await this.retries.pause(attempt);
      const input = { RequestItems: { [this.name]: { Keys: left, ConsistentRead: true } } };
      const answer = await this.retries.run((options) =>
        this.db.call('BatchGetItem', input, options),
      );
      items.push(...(answer.Responses?.[this.name] ?? []).map(toItem));
      left = answer.UnprocessedKeys?.[this.name]?.Keys ?? [];
    }
    return items;
  }

  /** Returns one page of a partition, in the order of the sort key. */
  async query(partition: string, options: QueryOptions = {}): Promise<QueryPage> {
    return this.prefetched.takePage(partition, options) ?? this.runQuery(partition, options);
  }

  private async runQuery(partition: string, options: QueryOptions): Promise<QueryPage> {
    const input = toQueryInput(this.name, partition, options);
    const { Items: items = [], LastEvaluatedKey: last } = await this.retries.run((call) =>
      this.db.call('Query', input, call),
    );
    return { items: items.map(toItem), next: last === undefined ? undefined : toItem(last) };
  }

  /**
   * Yields all items of a partition. A page is read when the items before it have been consumed.
   */
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

  /**
   * Yields pages of all items of the table, in no order. Only command-line tools scan the table;
   * requests do not.
   * @param segments number of parallel readers
   */
  scan(segments: number): AsyncGenerator<readonly Item[], void, undefined> {
    return interleave(
      Array.from({ length: segments }, (_, segment) => this.scanSegment(segment, segments)),
    );
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

  /**
   * Writes puts and deletes that are independent of each other. They take effect in any order and
   * possibly more than once.
   */
  async writeEach(writes: readonly BatchWrite[]): Promise<void> {
    this.prefetched.clear();
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
   * Writes all or nothing. Several writes form a transaction, which costs twice as much.
   * @returns the conditions that failed; empty if the writes took effect
   * @throws ScimError 503 if contention does not end in time
   */
  async write(writes: readonly (Write | Check)[]): Promise<readonly FailedCondition[]> {
    const [first] = writes;
    if (first === undefined) return [];
    this.prefetched.clear();
    return writes.length === 1 && !('check' in first)
      ? this.writeOne(first)
      : this.transact(writes);
  }

  /**
   * Increments a number; twice if the answer is lost. @returns the new number
   */
  async incrementFrom({ pk, sk }: Key, attribute: string, increment: Increment): Promise<number> {
    const target = { TableName: this.name, Key: marshallKey({ pk, sk }) };
    return incrementFrom(attribute, increment, (update) =>
      this.retries.run((options) => this.db.call('UpdateItem', { ...target, ...update }, options)),
    );
  }

  /**
   * Adds one to a count.
   * @param keptSeconds how long the item is kept if nothing adds to it any more
   * @returns the new count
   */
  async count({ pk, sk }: Key, attribute: string, keptSeconds: number): Promise<number> {
    const target = { TableName: this.name, Key: marshallKey({ pk, sk }) };
    const update = { ...target, ...countUpdate(attribute, keptSeconds) };
    const { Attributes: attributes } = await this.retries.run((options) =>
      this.db.call('UpdateItem', update, options),
    );
    return Number(attributes?.[attribute]?.N);
  }

  private async writeOne(write: Write): Promise<readonly FailedCondition[]> {
    const input = toWriteInput(write, this.name);
    const update = 'UpdateExpression' in input ? 'UpdateItem' : 'DeleteItem';
    try {
      await this.retries.run((options): Promise<unknown> =>
        'Item' in input
          ? this.db.call('PutItem', input, options)
          : this.db.call(update, input, options),
      );
      return [];
    } catch (error) {
      if (!isDynamoDBError(error, 'ConditionalCheckFailedException')) throw error;
      const failed = failedCondition(write, error);
      return failed === undefined ? [] : [failed];
    }
  }

  private async transact(writes: readonly (Write | Check)[]): Promise<readonly FailedCondition[]> {
    const input = {
      TransactItems: writes.map((write) => toTransactItem(write, this.name)),
      // Makes the transaction idempotent: it is repeated if its answer was lost.
      ClientRequestToken: randomUUID(),
    };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.retries.run((options) => this.db.call('TransactWriteItems', input, options));
        return [];
      } catch (error) {
        if (!isDynamoDBError(error, 'TransactionCanceledException')) throw error;
        const failed = failedConditions(error);
        if (failed.length > 0) return failed;
        if (!isTransientCancellation(error)) throw error;
        await this.retries.pause(attempt, error);
      }
    }
  }
}

type ScanPage = Result<'Scan'>;
