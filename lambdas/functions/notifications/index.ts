import type { DynamoDBRecord, DynamoDBStreamEvent, EventBridgeEvent } from 'aws-lambda';
import { Connections } from '../../../directory/connections/connections';
import { digest, dueDigests, type StreamedEntry } from '../../../directory/notices/digest';
import type { Key } from '../../../directory/store/item';
import { isUnsent, makeAlarmNotice, unsentNotices } from '../../../directory/notices/notices';
import type { Table } from '../../../directory/store/table';
import { openTable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';
import { logFailure } from '../../observability/log';
import { keyOf } from '../../runtime/stream-records';
import { alarmNotice, isAlarm, type AlarmEvent } from './alarm-event';
import { MAIL_MS, recipientsOf, tell, tellIfUnsent } from '../../mail/delivery';
import { remind } from './reminders';
import { streamedEntry } from './streamed-entry';

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
  if ('Records' in event) await follow(table, event.Records, requestId);
  else if (isAlarm(event)) await tellAlarm(table, event, requestId);
  else await lookAround(table, requestId);
}

/** Makes the notices that failures call for, and tells them with those that were made: the stream would bring them back a window later. */
async function follow(table: Table, records: readonly DynamoDBRecord[], requestId: string): Promise<void> {
  const { entries, notices } = recordsOf(records);
  const made: Key[] = [];
  for (const [connection, streamed] of entries) made.push(...(await gather(table, connection, streamed)));
  await tellEach(table, [...made, ...notices], requestId);
}

/** What a batch of the stream brings: entries of the log by connection, and notices that were made. */
function recordsOf(records: readonly DynamoDBRecord[]): {
  readonly entries: ReadonlyMap<string, readonly StreamedEntry[]>;
  readonly notices: readonly Key[];
} {
  const entries = new Map<string, StreamedEntry[]>();
  const notices: Key[] = [];
  for (const record of records) {
    const streamed = streamedEntry(record);
    if (streamed === undefined) notices.push(...keyOf(record));
    else entries.set(streamed.connection, [...(entries.get(streamed.connection) ?? []), streamed]);
  }
  return { entries, notices };
}

/** @returns keys of the notices that entries of a connection's log call for */
async function gather(table: Table, id: string, entries: readonly StreamedEntry[]): Promise<readonly Key[]> {
  const connection = await new Connections(table).find(id);
  if (connection === undefined) return [];
  // What was told before somebody switched mails off is brought to its end.
  if (recipientsOf(connection).length === 0 && connection.failing === undefined) return [];
  return digest(table, id, entries);
}

async function tellAlarm(table: Table, event: AlarmEvent, requestId: string): Promise<void> {
  const notice = alarmNotice(event);
  if (notice !== undefined) await tellIfUnsent(table, await makeAlarmNotice(table, notice), requestId);
}

async function lookAround(table: Table, requestId: string): Promise<void> {
  // All notices are made before any is sent: mails may take all the time that there is.
  const summaries: Key[] = [];
  for (const connection of await dueDigests(table)) {
    try {
      summaries.push(...(await digest(table, connection, [])));
    } catch (error) {
      // The others, and the tokens, are not to wait for it.
      logFailure(error, requestId);
    }
  }
  await remind(table);
  await tellEach(table, summaries, requestId);
  await tellLeft(table, requestId);
}

/** Tells as many as there is time for; the schedule finds the others. */
async function tellEach(table: Table, keys: readonly Key[], requestId: string): Promise<void> {
  for (const key of keys) {
    if (table.retries.timeLeft < MAIL_MS) return;
    await tellIfUnsent(table, key, requestId);
  }
}

async function tellLeft(table: Table, requestId: string): Promise<void> {
  for await (const items of unsentNotices(table, Date.now() - LEFT_MS)) {
    for (const item of items.filter(isUnsent)) {
      if (table.retries.timeLeft < MAIL_MS) return;
      try {
        await tell(table, item, requestId);
      } catch (error) {
        logFailure(error, requestId);
      }
    }
  }
}
