import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  TransactionCanceledException,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { ScimError } from '../scim/error';
import { backOff } from './back-off';
import { batchesOf, inParallel } from './batches';
import { isItem, type Item, type Key } from './item';
import type { INVERSE_INDEX } from './keys';
import { toTransactItem, toWriteInput, type Write } from './write';

export interface QueryOptions {
  readonly index?: typeof INVERSE_INDEX;
  /** Resume behind this key, as an earlier page returned it. */
  readonly after?: Key | undefined;
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

/** The most writes that one transaction takes. */
export const TRANSACTION_WRITES = 100;

/**
 * The single table as the directory uses it. Reads are strongly consistent except through the inverse index: identity providers
 * read back what they have just written. One instance serves one request, see `prefetch`.
 */
export class Table {
  private readonly pending = new Map<string, Promise<Item | undefined>>();

  constructor(
    private readonly client: DynamoDBClient,
    private readonly name: string,
  ) {}

  /** The same table without the reads that another request has begun. */
  forRequest(): Table {
    return new Table(this.client, this.name);
  }

  /**
   * Begins to read an item that the request will need, before it is known whether the request may have it: the first `get` of the
   * same key takes the result. It saves a round trip behind authentication.
   */
  prefetch(key: Key): void {
    const read = this.read(key);
    // Whoever takes the result sees the failure; when nobody does, it must not end the process.
    read.catch(() => undefined);
    this.pending.set(`${key.pk} ${key.sk}`, read);
  }

  async get(key: Key): Promise<Item | undefined> {
    const begun = this.pending.get(`${key.pk} ${key.sk}`);
    this.pending.delete(`${key.pk} ${key.sk}`);
    return begun ?? this.read(key);
  }

  private async read(key: Key): Promise<Item | undefined> {
    const { Item: found } = await this.client.send(
      new GetItemCommand({ TableName: this.name, Key: marshall(key), ConsistentRead: true }),
    );
    return found === undefined ? undefined : toItem(found);
  }

  /** Items by key, in no order; those that do not exist are left out. */
  async getMany(keys: readonly Key[]): Promise<readonly Item[]> {
    const pages = await inParallel(batchesOf(keys, 100), 8, (batch) => this.getBatch(batch));
    return pages.flat();
  }

  private async getBatch(keys: readonly Key[]): Promise<readonly Item[]> {
    const items: Item[] = [];
    let wanted = keys.map((key) => marshall(key));
    for (let attempt = 0; wanted.length > 0; attempt += 1) {
      if (attempt > 0) await backOff(attempt);
      const answer = await this.client.send(
        new BatchGetItemCommand({ RequestItems: { [this.name]: { Keys: wanted, ConsistentRead: true } } }),
      );
      items.push(...(answer.Responses?.[this.name] ?? []).map(toItem));
      wanted = answer.UnprocessedKeys?.[this.name]?.Keys ?? [];
    }
    return items;
  }

  /** One page of a partition, in the order of its sort key. */
  async query(partition: string, options: QueryOptions = {}): Promise<QueryPage> {
    const { Items: items = [], LastEvaluatedKey: last } = await this.client.send(
      new QueryCommand({
        TableName: this.name,
        IndexName: options.index,
        ConsistentRead: options.index === undefined && options.eventual !== true,
        KeyConditionExpression: '#pk = :pk',
        ExpressionAttributeNames: { '#pk': options.index === undefined ? 'pk' : 'gsi1pk' },
        ExpressionAttributeValues: marshall({ ':pk': partition }),
        ExclusiveStartKey: options.after === undefined ? undefined : marshall(options.after),
        Limit: options.limit,
        ScanIndexForward: options.backward !== true,
      }),
    );
    return { items: items.map(toItem), next: last === undefined ? undefined : toItem(last) };
  }

  /** All items of a partition, page by page as they are consumed. */
  async *queryAll(partition: string, options: QueryOptions = {}): AsyncGenerator<Item, void, undefined> {
    let after = options.after;
    do {
      const page = await this.query(partition, { ...options, after });
      yield* page.items;
      after = page.next;
    } while (after !== undefined);
  }

  /**
   * Writes all or nothing: one write as itself, several as a transaction, which costs twice as much.
   * @returns the conditions that did not hold; empty when the writes took effect
   * @throws ScimError 503 when the table stays contended
   */
  async write(writes: readonly Write[]): Promise<readonly FailedCondition[]> {
    const [first] = writes;
    if (first === undefined) return [];
    return writes.length === 1 ? this.writeOne(first) : this.transact(writes);
  }

  private async writeOne(write: Write): Promise<readonly FailedCondition[]> {
    try {
      await this.sendOne(write);
      return [];
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const item = error.Item === undefined ? undefined : toItem(error.Item);
      // The SDK repeats a write whose answer was lost; the repetition then meets what the first one wrote.
      if (item !== undefined && isOwnVersion(write, item)) return [];
      return [{ index: 0, item }];
    }
  }

  private async sendOne(write: Write): Promise<void> {
    const input = toWriteInput(write, this.name);
    if ('Item' in input) await this.client.send(new PutItemCommand(input));
    else if ('UpdateExpression' in input) await this.client.send(new UpdateItemCommand(input));
    else await this.client.send(new DeleteItemCommand(input));
  }

  private async transact(writes: readonly Write[]): Promise<readonly FailedCondition[]> {
    const items = writes.map((write) => toTransactItem(write, this.name));
    for (let attempt = 1; ; attempt += 1) {
      try {
        // The SDK adds a ClientRequestToken: its own repetitions of a lost answer take effect once.
        await this.client.send(new TransactWriteItemsCommand({ TransactItems: items }));
        return [];
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const failed = failedConditions(error);
        if (failed.length > 0) return failed;
        if (attempt === TRANSACTION_ATTEMPTS) throw busy(error);
        await backOff(attempt);
      }
    }
  }
}

/** Whether an item is what a write would make of it: versions are given out once. */
function isOwnVersion(write: Write, item: Item): boolean {
  const written = 'put' in write ? write.put['version'] : 'update' in write ? write.set?.['version'] : undefined;
  return written !== undefined && written === item['version'];
}

const TRANSACTION_ATTEMPTS = 12;

function failedConditions(error: TransactionCanceledException): readonly FailedCondition[] {
  return (error.CancellationReasons ?? []).flatMap((reason, index) => {
    if (reason.Code !== 'ConditionalCheckFailed') return [];
    return [{ index, item: reason.Item === undefined ? undefined : toItem(reason.Item) }];
  });
}

function busy(cause: Error): ScimError {
  const error = new ScimError(503, 'Too many changes to the same data at once; try again.', {
    headers: { 'Retry-After': '1' },
  });
  error.cause = cause;
  return error;
}

function toItem(attributes: Record<string, AttributeValue>): Item {
  const item = unmarshall(attributes);
  if (!isItem(item)) throw new Error('The table returned an item without its key.');
  return item;
}
