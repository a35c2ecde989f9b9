import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type DynamoDBStreamsClient,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './clock';
import { passesFilter } from './event-filter';
import type { LocalFunction } from './local-function';
import { asList, asText, member, referenced, type Part, type Template } from './template';

/** Polling interval: an idle system delivers a write after at most this time. */
const POLL_MS = 250;

/** How long a stop waits for the last records. */
const LAST_DELIVERY_MS = 3000;

/** Time before a batch that failed is delivered again. */
const RETRY_MS = 100;

/** Bound of the reads after an advance: functions write again in consequence of what they get. */
const MOST_ROUNDS = 20;

/** Event source mapping of the template: one function's subscription to the table's stream. */
interface Mapping {
  readonly target: LocalFunction;
  readonly patterns: readonly Part[];
  readonly batchSize: number;
  /** Batching window in milliseconds. */
  readonly window: number;
  /** How often a batch that fails is delivered again. */
  readonly retries: number;
  /** Records of the current batching window and its start on the local clock, in milliseconds. */
  readonly gathered: { records: StreamRecord[]; since: number };
}

/**
 * Delivers the records of the table's stream to functions as Lambda does: filtered and in batches,
 * according to the template's event source mappings. Batching windows follow the local clock, so
 * that advancing it delivers what is due. A batch that fails is delivered again from the record
 * that the function names, and discarded after the retries of its mapping.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export class StreamTrigger {
  private readonly iterators = new Map<string, string>();
  private readonly seen = new Set<string>();
  private readonly endReading: () => void;
  private lastPoll: Promise<void> = Promise.resolve();
  private stopped = false;

  private constructor(
    private readonly clock: Clock,
    private readonly client: DynamoDBStreamsClient,
    private readonly streamArn: string,
    private readonly mappings: readonly Mapping[],
    private readonly waitForInvocations: () => Promise<void>,
  ) {
    this.endReading = clock.aroundAdvances(() => this.poll(true));
  }

  /**
   * Starts to deliver records from the current end of the stream.
   * @param waitForInvocations waits for what the functions have invoked in their turn
   * @returns undefined if the template has no mappings or the table has no stream
   */
  static async start(
    template: Template,
    functions: readonly LocalFunction[],
    clock: Clock,
    {
      client,
      streams,
      tableName,
      waitForInvocations,
    }: {
      client: DynamoDBClient;
      streams: DynamoDBStreamsClient;
      tableName: string;
      waitForInvocations: () => Promise<void>;
    },
  ): Promise<StreamTrigger | undefined> {
    const mappings = mappingsOf(template, functions);
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    const streamArn = table?.LatestStreamArn;
    if (mappings.length === 0 || streamArn === undefined) return undefined;
    const trigger = new StreamTrigger(clock, streams, streamArn, mappings, waitForInvocations);
    await trigger.openShards('LATEST');
    void trigger.run();
    return trigger;
  }

  /**
   * Delivers what has been written, as far as that takes no longer than a moment, and stops: the
   * next run starts at the end of the stream.
   */
  async stop(): Promise<void> {
    await Promise.race([this.poll(true), sleep(LAST_DELIVERY_MS, undefined, { ref: false })]);
    this.stopped = true;
    this.endReading();
  }

  private isStopped(): boolean {
    return this.stopped;
  }

  private async run(): Promise<void> {
    while (!this.isStopped()) {
      await this.poll();
      await sleep(POLL_MS);
    }
  }

  /**
   * Reads new records and delivers the batches that are due. Calls run one after another.
   * @param all whether to deliver everything, also what the functions write in consequence
   */
  private poll(all = false): Promise<void> {
    this.lastPoll = this.lastPoll.then(async () => {
      if (this.isStopped()) return;
      try {
        let rounds = all ? MOST_ROUNDS : 1;
        while ((await this.readAndDeliver(all)) && rounds > 1) rounds -= 1;
      } catch (error) {
        if (this.isStopped()) return;
        process.stderr.write(
          `Cannot read the table's stream; continuing at its end: ${String(error)}\n`,
        );
        // The position may be lost: iterators expire after 15 minutes, and records after a day.
        this.iterators.clear();
        this.seen.clear();
        await this.openShards('LATEST').catch(() => undefined);
      }
    });
    return this.lastPoll;
  }

  /** @returns whether there were records */
  private async readAndDeliver(all: boolean): Promise<boolean> {
    let hasRead = false;
    for (const [shard, iterator] of [...this.iterators]) {
      const { Records: records = [], NextShardIterator: next } = await this.client.send(
        new GetRecordsCommand({ ShardIterator: iterator }),
      );
      if (next === undefined) this.iterators.delete(shard);
      else this.iterators.set(shard, next);
      hasRead ||= records.length > 0;
      await this.deliver(records, all);
      if (all && records.length > 0) await this.waitForInvocations();
      if (next === undefined) await this.openShards('TRIM_HORIZON');
    }
    return hasRead;
  }

  /** Gets iterators for shards that are not being read yet. */
  private async openShards(from: 'LATEST' | 'TRIM_HORIZON'): Promise<void> {
    const { StreamDescription: stream } = await this.client.send(
      new DescribeStreamCommand({ StreamArn: this.streamArn }),
    );
    for (const { ShardId: shard } of stream?.Shards ?? []) {
      if (shard === undefined || this.seen.has(shard)) continue;
      this.seen.add(shard);
      const { ShardIterator: iterator } = await this.client.send(
        new GetShardIteratorCommand({
          StreamArn: this.streamArn,
          ShardId: shard,
          ShardIteratorType: from,
        }),
      );
      if (iterator !== undefined) this.iterators.set(shard, iterator);
    }
  }

  private async deliver(records: readonly StreamRecord[], all: boolean): Promise<void> {
    for (const mapping of this.mappings) {
      const { patterns, batchSize, window, gathered } = mapping;
      const passes = (record: StreamRecord): boolean =>
        patterns.length === 0 || patterns.some((pattern) => passesFilter(pattern, record));
      const coming = records.filter(passes);
      if (gathered.records.length === 0) gathered.since = this.clock.now();
      gathered.records.push(...coming);
      const elapsed = this.clock.now() - gathered.since;
      if (gathered.records.length < batchSize && elapsed < window && !all) continue;
      const passing = gathered.records.splice(0);
      for (let start = 0; start < passing.length; start += batchSize) {
        await this.deliverBatch(mapping, passing.slice(start, start + batchSize));
      }
    }
  }

  /** Returns a record as Lambda passes it on. The engine does not know the local clock. */
  private toEventRecord(record: StreamRecord): object {
    const { ApproximateCreationDateTime: at = new Date() } = record.dynamodb ?? {};
    const seconds = Math.floor((at.getTime() + this.clock.aheadMs()) / 1000);
    const dynamodb = { ...record.dynamodb, ApproximateCreationDateTime: seconds };
    return { ...record, dynamodb, eventSourceARN: this.streamArn };
  }

  private async deliverBatch(
    { target, retries }: Mapping,
    batch: readonly StreamRecord[],
  ): Promise<void> {
    let left = batch;
    for (let attempt = 0; left.length > 0 && !this.isStopped(); attempt += 1) {
      if (attempt > retries) {
        process.stderr.write(`${left.length} records of the table's stream were discarded.\n`);
        return;
      }
      if (attempt > 0) await sleep(RETRY_MS);
      const event = { Records: left.map((record) => this.toEventRecord(record)) };
      const before = left.length;
      left = await target.invoke(event).then(
        (result) => unprocessed(left, result),
        () => left,
      );
      // Lambda counts the retries of a position in the stream.
      if (left.length < before) attempt = 0;
    }
  }
}

/** Returns the records from the first one on that a function reports as failed. */
function unprocessed(batch: readonly StreamRecord[], result: unknown): readonly StreamRecord[] {
  const failures = asList(member(result, 'batchItemFailures'));
  const failed = failures.map((failure) => asText(member(failure, 'itemIdentifier')));
  if (failed.length === 0) return [];
  const first = batch.findIndex(({ dynamodb }) => failed.includes(dynamodb?.SequenceNumber ?? ''));
  return batch.slice(Math.max(0, first));
}

function mappingsOf(template: Template, functions: readonly LocalFunction[]): readonly Mapping[] {
  const definitions = template.ofType('AWS::Lambda::Function');
  return template.ofType('AWS::Lambda::EventSourceMapping').flatMap(({ properties }) => {
    const definition = referenced(properties['FunctionName'], definitions);
    const target = functions.find(({ logicalId }) => logicalId === definition?.logicalId);
    if (target === undefined) return [];
    const filters = asList(member(properties['FilterCriteria'], 'Filters'));
    const patterns = filters.map((filter) => JSON.parse(asText(member(filter, 'Pattern'))) as Part);
    const window = Number(properties['MaximumBatchingWindowInSeconds'] ?? 0) * 1000;
    return [
      {
        target,
        patterns,
        batchSize: Number(properties['BatchSize']),
        window,
        retries: Number(properties['MaximumRetryAttempts'] ?? 0),
        gathered: { records: [], since: 0 },
      },
    ];
  });
}
