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

/** Bound of the reads after an advance: functions write again in consequence of what they get. */
const MOST_ROUNDS = 20;

/** Event source mapping of the template: one function's subscription to the table's stream. */
interface Mapping {
  readonly target: LocalFunction;
  readonly patterns: readonly Part[];
  readonly batchSize: number;
  /** Batching window in milliseconds. */
  readonly window: number;
  /** Records of the current batching window and its start on the local clock, in milliseconds. */
  readonly gathered: { records: StreamRecord[]; since: number };
}

/**
 * Delivers the records of the table's stream to functions as Lambda does: filtered and in batches,
 * according to the template's event source mappings. Batching windows follow the local clock, so
 * that advancing it delivers what is due. Unlike Lambda, the trigger drops failed batches.
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
  ) {
    this.endReading = clock.aroundAdvances((all) => this.poll(all));
  }

  /**
   * Starts to deliver records from the current end of the stream.
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
    }: { client: DynamoDBClient; streams: DynamoDBStreamsClient; tableName: string },
  ): Promise<StreamTrigger | undefined> {
    const mappings = mappingsOf(template, functions);
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    const streamArn = table?.LatestStreamArn;
    if (mappings.length === 0 || streamArn === undefined) return undefined;
    const trigger = new StreamTrigger(clock, streams, streamArn, mappings);
    await trigger.openShards('LATEST');
    void trigger.run();
    return trigger;
  }

  /** Stops polling. An invocation may still be in progress. */
  stop(): void {
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
    for (const { target, patterns, batchSize, window, gathered } of this.mappings) {
      const passes = (record: StreamRecord): boolean =>
        patterns.length === 0 || patterns.some((pattern) => passesFilter(pattern, record));
      const coming = records.filter(passes);
      if (gathered.records.length === 0) gathered.since = this.clock.now();
      gathered.records.push(...coming);
      const elapsed = this.clock.now() - gathered.since;
      if (gathered.records.length < batchSize && elapsed < window && !all) continue;
      const passing = gathered.records.splice(0);
      for (let start = 0; start < passing.length; start += batchSize) {
        const batch = passing.slice(start, start + batchSize);
        const event = {
          Records: batch.map((record) => ({ ...record, eventSourceARN: this.streamArn })),
        };
        // Lambda would retry the batch.
        await target.invoke(event).catch(() => undefined);
      }
    }
  }
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
        gathered: { records: [], since: 0 },
      },
    ];
  });
}
