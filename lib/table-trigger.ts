import type { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping, StartingPosition, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** When a function runs that does what items of the table ask for. */
export interface TriggerProps {
  readonly table: TableV2;
  /** Name of the subscription. */
  readonly streamId: string;
  /** Which records of the table's stream it is told of: those that pass one of them. */
  readonly filters: readonly object[];
  /** How long records are gathered before it is told. */
  readonly window: Duration;
  /** Name of the schedule. */
  readonly scheduleId: string;
  /** How often it asks for what the stream has not led to. */
  readonly every: Duration;
  readonly description: string;
  /** How often Lambda repeats an asynchronous event that failed: 0 where only the schedule sends them, because it comes again anyway. */
  readonly asyncRetries: 0 | 2;
}

/** Has a function told of the table's stream as it happens, and asked on a schedule for what was missed. */
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
    // Long enough for a busy table to recover, but bounded: a batch that always fails would hold up the stream.
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
