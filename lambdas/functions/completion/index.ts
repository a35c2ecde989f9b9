import type { DynamoDBStreamEvent, EventBridgeEvent } from 'aws-lambda';
import {
  ABANDONED_AFTER_MS,
  completeAbandoned,
  completeIntent,
  FINAL_CHECK_AFTER_MS,
  type ResyncWorker,
} from '../../../directory/completion/completion';
import { convertEarlierItems } from '../../../directory/completion/earlier-items';
import { convertEarlierMemberships } from '../../../directory/completion/earlier-memberships';
import { EventAppender } from '../../../directory/events/append';
import { findIntent, handOver, type Intent } from '../../../directory/store/intents';
import type { Item, Key } from '../../../directory/store/item';
import { unlessBusy } from '../../../directory/store/retries';
import type { Table } from '../../../directory/store/table';
import { resync } from '../../../events/resync';
import { ENVIRONMENT } from '../../contract';
import { logFailure } from '../../observability/log';
import { openTable, variable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';
import type { CompletionTask } from '../../runtime/tasks';

const shared = openTable();
const scimUrl = variable(ENVIRONMENT.scimUrl, '');
const options = {
  appender: new EventAppender(Number(variable(ENVIRONMENT.eventDays, '30'))),
  scimBaseUrl: (connection: string) => `${scimUrl}/v2/connections/${connection}`,
};
const resyncWorker: ResyncWorker = (table, intent) => resync(table, intent, options);

/** How long one task works on intents before it hands them over again. */
const TASK_MS = 60_000;

/**
 * Completes the work that requests could not finish (docs/concepts/data-model.md). `dispatcher`
 * passes on intents that were handed over; a schedule finds the intents of requests that died.
 * After an upgrade, the schedule also converts items of earlier releases.
 */
export async function handler(
  event: CompletionTask | DynamoDBStreamEvent | EventBridgeEvent<'Scheduled Event', unknown>,
  invocation: Invocation,
): Promise<void> {
  const deadline = Date.now() + invocation.getRemainingTimeInMillis();
  const table = shared.forRequest(deadline);
  // During an upgrade, the stream of releases before 0.3.0 still delivers to this function. It has
  // nothing that `dispatcher` does not get.
  if ('Records' in event) return;
  if ('intents' in event) {
    await completeHandedOver(table, event.intents, deadline);
    return;
  }
  const now = Date.now();
  const ages = { abandoned: now - ABANDONED_AFTER_MS, finalCheck: now - FINAL_CHECK_AFTER_MS };
  await completeAbandoned(
    table,
    ages,
    (intent, error) => {
      logFailure(completionError(intent, error), invocation.awsRequestId);
    },
    resyncWorker,
  );
  areItemsConverted ||= await convertForAWhile(now, deadline, invocation.awsRequestId);
}

/** Whether this function instance has found all items of earlier releases converted. */
let areItemsConverted = false;

/** How long one run converts items: less than the schedule's interval. */
const CONVERSION_MS = 45_000;

/** Converts items of earlier releases. @returns whether all are converted */
async function convertForAWhile(
  now: number,
  deadline: number,
  requestId: string,
): Promise<boolean> {
  const bounded = shared.forRequest(Math.min(deadline, Date.now() + CONVERSION_MS));
  const onFailure = ({ pk, sk }: Item, cause: unknown): void => {
    logFailure(new Error(`The item ${pk} ${sk} could not be converted.`, { cause }), requestId);
  };
  const convert = async (): Promise<boolean> => {
    const areMembershipsConverted = await convertEarlierMemberships(bounded, now, onFailure);
    return (await convertEarlierItems(bounded, now, onFailure)) && areMembershipsConverted;
  };
  return (await unlessBusy(convert)) ?? false;
}

/** Completes intents for a while and hands the rest over, so that others are not delayed. */
async function completeHandedOver(
  table: Table,
  intents: readonly Key[],
  deadline: number,
): Promise<void> {
  const bounded = shared.forRequest(Math.min(deadline, Date.now() + TASK_MS));
  for (const { pk, sk } of intents) {
    // Read again: another worker may have completed it.
    const intent = await findIntent(table, { pk, sk });
    if (intent === undefined) continue;
    const isComplete = await unlessBusy(() => completeIntent(bounded, intent, resyncWorker));
    if (isComplete === undefined) await handOver(table, intent);
  }
}

function completionError({ id, connection, kind }: Intent, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const subject = `The ${kind} intent ${id} of connection ${connection}`;
  return new Error(`${subject} could not be completed: ${reason}`, { cause });
}
