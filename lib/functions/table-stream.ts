import { Duration } from 'aws-cdk-lib';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import {
  EventSourceMapping,
  StartingPosition,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { STREAM_FILTERS } from '../../lambdas/contract';

/**
 * Lets a function read the table's stream, as its only reader: AWS recommends at most one for
 * global tables and two for others, and the second place is for the application.
 * @returns the queue that receives the positions of records that could not be processed
 * @throws Error for a table without a stream
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
export function readStream(scope: Construct, fn: LambdaFunction, table: ITableV2): Queue {
  if (table.tableStreamArn === undefined) {
    throw new Error(
      'existingTable requires its stream: import it with ' +
        'TableV2.fromTableAttributes() and both tableArn and tableStreamArn.',
    );
  }
  const discarded = new Queue(scope, 'DiscardedRecords', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  const mapping = new EventSourceMapping(scope, 'Stream', {
    target: fn,
    eventSourceArn: table.tableStreamArn,
    // The stream keeps records for a day. A mapping that replaces another one, after an upgrade or
    // a restore, must not miss those in between; processing is idempotent.
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 1000,
    maxBatchingWindow: Duration.seconds(1),
    filters: STREAM_FILTERS.map((filter) => ({ pattern: JSON.stringify(filter) })),
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    // Enough for a throttled table to recover, but bounded: a record that always fails would
    // otherwise block its shard for a day.
    retryAttempts: 10,
    onFailure: new SqsDlq(discarded),
  });
  mapping.node.addDependency(table.grantStreamRead(fn));
  return discarded;
}
