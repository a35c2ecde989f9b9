import type { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import {
  EventSourceMapping,
  StartingPosition,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** When a function runs that processes items of the table. */
export interface TriggerProps {
  readonly table: TableV2;
  /** Construct id of the event source mapping. */
  readonly streamId: string;
  /** Stream filters. A record that matches one of them invokes the function. */
  readonly filters: readonly object[];
  /** How long records are collected for one invocation. */
  readonly window: Duration;
  /** Construct id of the schedule. */
  readonly scheduleId: string;
  /** Interval at which the function looks for items that the stream missed. */
  readonly every: Duration;
  readonly description: string;
  /**
   * How often Lambda retries a failed asynchronous event. Use 0 if only the schedule sends such
   * events, because the next one does the same work.
   */
  readonly asyncRetries: 0 | 2;
}

/** Invokes a function for records of the table's stream, and on a schedule for missed items. */
export function triggerFromTable(scope: Construct, fn: LambdaFunction, props: TriggerProps): void {
  const { table, streamId, filters, window, scheduleId, every, description, asyncRetries } = props;
  const mapping = new EventSourceMapping(scope, streamId, {
    target: fn,
    eventSourceArn: table.tableStreamArn ?? '',
    startingPosition: StartingPosition.LATEST,
    batchSize: 1000,
    maxBatchingWindow: window,
    filters: filters.map((filter) => ({ pattern: JSON.stringify(filter) })),
    bisectBatchOnError: true,
    // Enough retries for a throttled table to recover, but bounded: a batch that always fails would
    // block the stream.
    retryAttempts: 10,
  });
  mapping.node.addDependency(table.grantStreamRead(fn));
  fn.configureAsyncInvoke({ retryAttempts: asyncRetries });
  new Rule(scope, scheduleId, {
    description,
    schedule: Schedule.rate(every),
    targets: [new LambdaTarget(fn, { retryAttempts: 0 })],
  });
}
