import { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping, StartingPosition, type Function as Fn } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { HANDED_OVER_FILTER } from '../lambdas/contract';

/** When the function `completion` runs: the stream tells of what requests hand over, the schedule finds what the dead left behind. */
export function completionTriggers(scope: Construct, completion: Fn, table: TableV2): void {
  const mapping = new EventSourceMapping(scope, 'HandedOver', {
    target: completion,
    eventSourceArn: table.tableStreamArn ?? '',
    startingPosition: StartingPosition.LATEST,
    batchSize: 10,
    filters: [{ pattern: JSON.stringify(HANDED_OVER_FILTER) }],
    bisectBatchOnError: true,
    // What keeps failing waits for the schedule, and does not hold up the stream.
    retryAttempts: 2,
  });
  mapping.node.addDependency(table.grantStreamRead(completion));
  // What fails is asked for again a minute later.
  completion.configureAsyncInvoke({ retryAttempts: 0 });
  new Rule(scope, 'Abandoned', {
    description: 'SCIM: asks for what requests that ended unexpectedly have left behind',
    schedule: Schedule.rate(Duration.minutes(1)),
    targets: [new LambdaFunction(completion, { retryAttempts: 0 })],
  });
}
