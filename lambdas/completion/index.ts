import type { DynamoDBRecord, DynamoDBStreamEvent, EventBridgeEvent } from 'aws-lambda';
import { ABANDONED_AFTER_MS, completeAbandoned, completeIntent, SETTLED_AFTER_MS } from '../../directory/completion';
import { changeEntry, changeWrite, type ChangeEntry } from '../../directory/change-entry';
import { findIntent, type Intent } from '../../directory/intents';
import type { Key } from '../../directory/item';
import { connectionKey, readKey } from '../../directory/keys';
import type { Table } from '../../directory/table';
import { ENVIRONMENT } from '../contract';
import { openTable, variable } from '../middleware/environment';
import type { Invocation } from '../middleware/invocation';
import { logFailure } from '../middleware/log';
import { imagesOf, keyOf } from '../middleware/stream';

const shared = openTable();
const logDays = Number(variable(ENVIRONMENT.logDays));

/**
 * Does what requests have begun and not ended (see docs/data-model.md): the table's stream tells of what they handed over, and of what they changed, which goes to the
 * connection's log; and a schedule asks for what those who died have left behind.
 */
export async function handler(
  event: DynamoDBStreamEvent | EventBridgeEvent<'Scheduled Event', unknown>,
  context: Invocation,
): Promise<void> {
  const table = shared.forRequest(Date.now() + context.getRemainingTimeInMillis());
  if (!('Records' in event)) {
    const now = Date.now();
    const ages = { abandoned: now - ABANDONED_AFTER_MS, settled: now - SETTLED_AFTER_MS };
    await completeAbandoned(table, ages, (intent, error) => {
      logFailure(failureOf(intent, error), context.awsRequestId);
    });
    return;
  }
  await logChanges(table, event.Records);
  for (const { pk, sk } of event.Records.flatMap(handedOver)) {
    // As it is by now: another one may have completed it.
    const intent = await findIntent(table, { pk, sk });
    if (intent !== undefined) await completeIntent(table, intent);
  }
}

/** The intent that a record tells of, when its request has handed it over: one that was just recorded is the request's own. */
function handedOver(record: DynamoDBRecord): readonly Key[] {
  return record.eventName === 'INSERT' ? [] : keyOf(record).filter((key) => readKey(key).meaning.kind === 'intent');
}

/** Writes down what requests changed; twice is once. */
async function logChanges(table: Table, records: readonly DynamoDBRecord[]): Promise<void> {
  const entries = records.flatMap((record): readonly ChangeEntry[] => {
    const { before, after } = imagesOf(record);
    const entry = after === undefined ? undefined : changeEntry(before, after);
    return entry === undefined ? [] : [entry];
  });
  const ids = new Set(entries.map(({ connection }) => connection));
  const items = await table.getMany([...ids].map(connectionKey));
  // What is left of a deleted connection is being removed.
  const present = new Set(
    items.filter((item) => item['deletedAt'] === undefined).map((item) => readKey(item).connection),
  );
  const kept = entries.filter(({ connection }) => present.has(connection));
  await table.writeEach(kept.map((entry) => changeWrite(entry, logDays)));
}

function failureOf({ id, connection, kind }: Intent, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`The ${kind} intent ${id} of connection ${connection} could not be completed: ${reason}`, { cause });
}
