import type { DynamoDBRecord, DynamoDBStreamEvent, EventBridgeEvent } from 'aws-lambda';
import { Connections } from '../../../directory/connections/connections';
import { updateDigest, dueDigests } from '../../../directory/notices/failure-digest';
import type { StreamedEntry } from '../../../directory/notices/failure-muting';
import type { Key } from '../../../directory/store/item';
import { isUnsent, makeAlarmNotice, unsentNotices } from '../../../directory/notices/notice-queue';
import type { Table } from '../../../directory/store/table';
import { openTable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';
import { logFailure } from '../../observability/log';
import { keyOf } from '../../runtime/stream-records';
import { alarmNoticeOf, isAlarm, type AlarmEvent } from './alarm-event';
import { MAIL_MS, recipientsOf, sendNotice, sendIfUnsent } from '../../mail/delivery';
import { createReminders } from './reminders';
import { streamedEntryOf } from './streamed-entry';

/** Milliseconds after which a notice was left by whoever was to send it. */
const LEFT_MS = 600_000;

const shared = openTable();

/**
 * Mails to administrators what there is to tell them: the table's stream tells of failures and of notices that were made, CloudWatch of alarms, and a schedule looks for what time
 * brings about and for notices that could not be sent.
 */
export async function handler(
  event: DynamoDBStreamEvent | AlarmEvent | EventBridgeEvent<'Scheduled Event', unknown>,
  context: Invocation,
): Promise<void> {
  const { awsRequestId: requestId } = context;
  const table = shared.forRequest(Date.now() + context.getRemainingTimeInMillis());
  if ('Records' in event) await processRecords(table, event.Records, requestId);
  else if (isAlarm(event)) await sendAlarm(table, event, requestId);
  else await runScheduledTasks(table, requestId);
}

/** Makes the notices that failures call for, and tells them with those that were made: the stream would bring them back a window later. */
async function processRecords(
  table: Table,
  records: readonly DynamoDBRecord[],
  requestId: string,
): Promise<void> {
  const { entries, notices } = recordsOf(records);
  const made: Key[] = [];
  for (const [connection, streamed] of entries)
    made.push(...(await digestEntries(table, connection, streamed)));
  await sendAll(table, [...made, ...notices], requestId);
}

/** What a batch of the stream brings: entries of the log by connection, and notices that were made. */
function recordsOf(records: readonly DynamoDBRecord[]): {
  readonly entries: ReadonlyMap<string, readonly StreamedEntry[]>;
  readonly notices: readonly Key[];
} {
  const entries = new Map<string, StreamedEntry[]>();
  const notices: Key[] = [];
  for (const record of records) {
    const streamed = streamedEntryOf(record);
    if (streamed === undefined) notices.push(...keyOf(record));
    else entries.set(streamed.connection, [...(entries.get(streamed.connection) ?? []), streamed]);
  }
  return { entries, notices };
}

/** @returns keys of the notices that entries of a connection's log call for */
async function digestEntries(
  table: Table,
  id: string,
  entries: readonly StreamedEntry[],
): Promise<readonly Key[]> {
  const connection = await new Connections(table).find(id);
  if (connection === undefined) return [];
  // What was told before somebody switched mails off is brought to its end.
  if (recipientsOf(connection).length === 0 && connection.failing === undefined) return [];
  return updateDigest(table, id, entries);
}

async function sendAlarm(table: Table, event: AlarmEvent, requestId: string): Promise<void> {
  const notice = alarmNoticeOf(event);
  if (notice !== undefined)
    await sendIfUnsent(table, await makeAlarmNotice(table, notice), requestId);
}

async function runScheduledTasks(table: Table, requestId: string): Promise<void> {
  // All notices are made before any is sent: mails may take all the time that there is.
  const summaries: Key[] = [];
  for (const connection of await dueDigests(table)) {
    try {
      summaries.push(...(await updateDigest(table, connection, [])));
    } catch (error) {
      // The others, and the tokens, are not to wait for it.
      logFailure(error, requestId);
    }
  }
  await createReminders(table);
  await sendAll(table, summaries, requestId);
  await sendLeftovers(table, requestId);
}

/** Tells as many as there is time for; the schedule finds the others. */
async function sendAll(table: Table, keys: readonly Key[], requestId: string): Promise<void> {
  for (const key of keys) {
    if (table.retries.timeLeft < MAIL_MS) return;
    await sendIfUnsent(table, key, requestId);
  }
}

async function sendLeftovers(table: Table, requestId: string): Promise<void> {
  for await (const items of unsentNotices(table, Date.now() - LEFT_MS)) {
    for (const item of items.filter(isUnsent)) {
      if (table.retries.timeLeft < MAIL_MS) return;
      try {
        await sendNotice(table, item, requestId);
      } catch (error) {
        logFailure(error, requestId);
      }
    }
  }
}
