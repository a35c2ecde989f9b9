import type { DynamoDBRecord, DynamoDBStreamEvent, EventBridgeEvent } from 'aws-lambda';
import { changeEntryOf, type ChangeEntry } from '../../../directory/log/change-entry';
import { logChanges } from '../../../directory/log/change-log';
import {
  ABANDONED_AFTER_MS,
  completeAbandoned,
  completeIntent,
  FINAL_CHECK_AFTER_MS,
} from '../../../directory/completion/completion';
import { findIntent, handOver, type Intent } from '../../../directory/store/intents';
import type { Key } from '../../../directory/store/item';
import { readKey } from '../../../directory/store/keys';
import { unlessBusy } from '../../../directory/store/retries';
import { ENVIRONMENT } from '../../contract';
import { openTable, variable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';
import { logFailure } from '../../observability/log';
import { imagesOf, keyOf } from '../../runtime/stream-records';

const shared = openTable();

/** Milliseconds that are given to what was handed over, before it is handed over again. */
const AT_A_TIME_MS = 60_000;

const logDays = Number(variable(ENVIRONMENT.logDays));

/**
 * Does what requests have begun and not ended (see docs/concepts/data-model.md): the table's stream tells of what they handed over, and of what they changed, which goes to the
 * connection's log; and a schedule asks for what those who died have left behind.
 */
export async function handler(
  event: DynamoDBStreamEvent | EventBridgeEvent<'Scheduled Event', unknown>,
  context: Invocation,
): Promise<void> {
  const end = Date.now() + context.getRemainingTimeInMillis();
  const table = shared.forRequest(end);
  if (!('Records' in event)) {
    const now = Date.now();
    const ages = { abandoned: now - ABANDONED_AFTER_MS, finalCheck: now - FINAL_CHECK_AFTER_MS };
    await completeAbandoned(table, ages, (intent, error) => {
      logFailure(failureOf(intent, error), context.awsRequestId);
    });
    return;
  }
  await logChanges(table, event.Records.flatMap(changed), logDays);
  // What is not complete then is handed over again: the changes behind it are not to wait for long.
  const soon = shared.forRequest(Math.min(end, Date.now() + AT_A_TIME_MS));
  for (const { pk, sk } of event.Records.flatMap(handedOver)) {
    // As it is by now: another one may have completed it.
    const intent = await findIntent(table, { pk, sk });
    if (intent === undefined) continue;
    const isComplete = await unlessBusy(() => completeIntent(soon, intent));
    // The time is over, or was not enough for somebody else's change that is in the way.
    if (isComplete === undefined) await handOver(table, intent);
  }
}

/** The intent that a record tells of, when its request has handed it over: one that was just recorded is the request's own. */
function handedOver(record: DynamoDBRecord): readonly Key[] {
  return record.eventName === 'INSERT'
    ? []
    : keyOf(record).filter((key) => readKey(key).meaning.kind === 'intent');
}

/** What a request changed, when a record tells of it. */
function changed(record: DynamoDBRecord): readonly ChangeEntry[] {
  const { before, after } = imagesOf(record);
  const entry = after === undefined ? undefined : changeEntryOf(before, after);
  return entry === undefined ? [] : [entry];
}

function failureOf({ id, connection, kind }: Intent, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(
    `The ${kind} intent ${id} of connection ${connection} could not be completed: ${reason}`,
    { cause },
  );
}
