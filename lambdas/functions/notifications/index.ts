import type { DynamoDBRecord, DynamoDBStreamEvent, EventBridgeEvent } from 'aws-lambda';
import { Connections } from '../../../directory/connections/connections';
import { dueDigests, updateDigest } from '../../../directory/notices/failure-digest';
import type { StreamedEntry } from '../../../directory/notices/failure-muting';
import { isUnsent, makeAlarmNotice, unsentNotices } from '../../../directory/notices/notice-queue';
import type { Key } from '../../../directory/store/item';
import type { Table } from '../../../directory/store/table';
import { MAIL_MS, recipientsOf, sendIfUnsent, sendNotice } from '../../mail/delivery';
import { logFailure } from '../../observability/log';
import { openTable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';
import { keyOf } from '../../runtime/stream-records';
import { alarmNoticeOf, isAlarm, type AlarmEvent } from './alarm-event';
import { createReminders } from './reminders';
import { streamedEntryOf } from './streamed-entry';

/** An unsent notice of this age was abandoned by the invocation that made it. */
const ABANDONED_AFTER_MS = 600_000;

const shared = openTable();

/**
 * Mails notices to administrators. The table's stream delivers log entries and new notices, and
 * EventBridge delivers alarms. A schedule makes the notices that depend on time, and sends notices
 * that could not be sent before.
 */
export async function handler(
  event: DynamoDBStreamEvent | AlarmEvent | EventBridgeEvent<'Scheduled Event', unknown>,
  invocation: Invocation,
): Promise<void> {
  const { awsRequestId: requestId } = invocation;
  const table = shared.forRequest(Date.now() + invocation.getRemainingTimeInMillis());
  if ('Records' in event) await processRecords(table, event.Records, requestId);
  else if (isAlarm(event)) await sendAlarm(table, event, requestId);
  else await runScheduledTasks(table, requestId);
}

/** Digests log entries and sends the resulting notices together with those of the batch. */
async function processRecords(
  table: Table,
  records: readonly DynamoDBRecord[],
  requestId: string,
): Promise<void> {
  const { entries, notices } = sortRecords(records);
  const made: Key[] = [];
  for (const [connection, streamed] of entries) {
    made.push(...(await digestEntries(table, connection, streamed)));
  }
  await sendAll(table, [...made, ...notices], requestId);
}

/** Sorts records into log entries by connection, and keys of new notices. */
function sortRecords(records: readonly DynamoDBRecord[]): {
  readonly entries: ReadonlyMap<string, readonly StreamedEntry[]>;
  readonly notices: readonly Key[];
} {
  const entries = new Map<string, StreamedEntry[]>();
  const notices: Key[] = [];
  for (const record of records) {
    const streamed = streamedEntryOf(record);
    if (streamed === undefined) {
      notices.push(...keyOf(record));
    } else {
      const others = entries.get(streamed.connection) ?? [];
      entries.set(streamed.connection, [...others, streamed]);
    }
  }
  return { entries, notices };
}

/** @returns keys of the notices that follow from the entries */
async function digestEntries(
  table: Table,
  id: string,
  entries: readonly StreamedEntry[],
): Promise<readonly Key[]> {
  const connection = await new Connections(table).find(id);
  if (connection === undefined) return [];
  // Without recipients nothing is reported, but a failure that was reported before still ends.
  if (recipientsOf(connection).length === 0 && connection.failing === undefined) return [];
  return updateDigest(table, id, entries);
}

async function sendAlarm(table: Table, event: AlarmEvent, requestId: string): Promise<void> {
  const notice = alarmNoticeOf(event);
  if (notice === undefined) return;
  await sendIfUnsent(table, await makeAlarmNotice(table, notice), requestId);
}

async function runScheduledTasks(table: Table, requestId: string): Promise<void> {
  // All notices are made before the first is sent, because sending may use up all the time.
  const summaries: Key[] = [];
  for (const connection of await dueDigests(table)) {
    try {
      summaries.push(...(await updateDigest(table, connection, [])));
    } catch (error) {
      // One connection's failure must not stop the others, nor the reminders.
      logFailure(error, requestId);
    }
  }
  await createReminders(table);
  await sendAll(table, summaries, requestId);
  await sendLeftovers(table, requestId);
}

/** Sends notices while there is time; the next scheduled run sends the rest. */
async function sendAll(table: Table, keys: readonly Key[], requestId: string): Promise<void> {
  for (const key of keys) {
    if (table.retries.timeLeft < MAIL_MS) return;
    await sendIfUnsent(table, key, requestId);
  }
}

async function sendLeftovers(table: Table, requestId: string): Promise<void> {
  for await (const items of unsentNotices(table, Date.now() - ABANDONED_AFTER_MS)) {
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
