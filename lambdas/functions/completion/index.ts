import type { DynamoDBRecord, DynamoDBStreamEvent, EventBridgeEvent } from 'aws-lambda';
import {
  ABANDONED_AFTER_MS,
  completeAbandoned,
  completeIntent,
  FINAL_CHECK_AFTER_MS,
} from '../../../directory/completion/completion';
import { convertEarlierItems } from '../../../directory/completion/earlier-items';
import { changeEntryOf, type ChangeEntry } from '../../../directory/log/change-entry';
import { logChanges } from '../../../directory/log/change-log';
import { findIntent, handOver, type Intent } from '../../../directory/store/intents';
import type { Key } from '../../../directory/store/item';
import { readKey } from '../../../directory/store/keys';
import { unlessBusy } from '../../../directory/store/retries';
import type { Table } from '../../../directory/store/table';
import { logFailure } from '../../observability/log';
import { logRetentionDays, openTable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';
import { imagesOf, keyOf } from '../../runtime/stream-records';

const shared = openTable();
const logDays = logRetentionDays();

/** How long one batch works on intents before it hands them over again. */
const BATCH_MS = 60_000;

/**
 * Completes the work that requests could not finish (docs/concepts/data-model.md) and writes
 * changes to the provisioning log. The table's stream delivers intents that were handed over and
 * items that requests changed; a schedule finds the intents of requests that died. After an
 * upgrade, the schedule also converts items of earlier releases.
 */
export async function handler(
  event: DynamoDBStreamEvent | EventBridgeEvent<'Scheduled Event', unknown>,
  invocation: Invocation,
): Promise<void> {
  const deadline = Date.now() + invocation.getRemainingTimeInMillis();
  const table = shared.forRequest(deadline);
  if ('Records' in event) {
    await logChanges(table, event.Records.flatMap(changesIn), logDays);
    await completeHandedOver(table, event.Records, deadline);
    return;
  }
  const now = Date.now();
  const ages = { abandoned: now - ABANDONED_AFTER_MS, finalCheck: now - FINAL_CHECK_AFTER_MS };
  await completeAbandoned(table, ages, (intent, error) => {
    logFailure(completionError(intent, error), invocation.awsRequestId);
  });
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
  const convert = (): Promise<boolean> =>
    convertEarlierItems(bounded, now, ({ pk, sk }, cause) => {
      logFailure(new Error(`The item ${pk} ${sk} could not be converted.`, { cause }), requestId);
    });
  return (await unlessBusy(convert)) ?? false;
}

/** Completes intents for a while and hands the rest over, so that later records are not delayed. */
async function completeHandedOver(
  table: Table,
  records: readonly DynamoDBRecord[],
  deadline: number,
): Promise<void> {
  const bounded = shared.forRequest(Math.min(deadline, Date.now() + BATCH_MS));
  for (const { pk, sk } of records.flatMap(handedOverIn)) {
    // Read again: another worker may have completed it.
    const intent = await findIntent(table, { pk, sk });
    if (intent === undefined) continue;
    const isComplete = await unlessBusy(() => completeIntent(bounded, intent));
    if (isComplete === undefined) await handOver(table, intent);
  }
}

/** A new intent belongs to its request; it is handed over by a later change. */
function handedOverIn(record: DynamoDBRecord): readonly Key[] {
  if (record.eventName === 'INSERT') return [];
  return keyOf(record).filter((key) => readKey(key).meaning.kind === 'intent');
}

function changesIn(record: DynamoDBRecord): readonly ChangeEntry[] {
  const { before, after } = imagesOf(record);
  const entry = after === undefined ? undefined : changeEntryOf(before, after);
  return entry === undefined ? [] : [entry];
}

function completionError({ id, connection, kind }: Intent, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const subject = `The ${kind} intent ${id} of connection ${connection}`;
  return new Error(`${subject} could not be completed: ${reason}`, { cause });
}
