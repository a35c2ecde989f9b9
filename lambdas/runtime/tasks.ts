import { InvocationType, InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Key } from '../../directory/store/item';

/*
 * Tasks that `dispatcher` starts in other functions. A task that gets lost is not lost work:
 * schedules find the same intents, notices and digests in the table.
 */

/** Task of `completion`: intents that requests handed over. */
export interface CompletionTask {
  readonly intents: readonly Key[];
}

/** Task of `notifications`. The schedule sends it without any member. */
export interface NotificationTask {
  readonly task: 'report';
  /** New notices to send. */
  readonly notices?: readonly Key[];
  /** When a digest is due that is worth waiting for, in milliseconds since the epoch. */
  readonly dueAt?: number;
}

/** Task of `webhooks`: events that endpoints are due. The schedule sends the same. */
export interface DeliveryTask {
  readonly task: 'deliver';
}

/** Task of `dispatcher`, from its schedule: events that are not delivered yet. */
export interface PublishTask {
  readonly task: 'publish';
}

/** Keys in one task: the payload of an asynchronous invocation is limited to 256 KB. */
export const KEYS_IN_TASK = 500;

/**
 * Invokes a function without waiting for its result.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
 */
export async function startTask(
  lambda: LambdaClient,
  functionArn: string,
  task: CompletionTask | NotificationTask | DeliveryTask,
): Promise<void> {
  await lambda.send(
    new InvokeCommand({
      FunctionName: functionArn,
      InvocationType: InvocationType.Event,
      Payload: JSON.stringify(task),
    }),
  );
}
