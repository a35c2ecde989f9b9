import type { DynamoDBStreamEvent, EventBridgeEvent } from 'aws-lambda';
import { setTimeout as sleep } from 'node:timers/promises';
import { dueDigests, reportFailures } from '../../../directory/notices/failure-digest';
import { isUnsent, makeAlarmNotice, unsentNotices } from '../../../directory/notices/notice-queue';
import type { Key } from '../../../directory/store/item';
import type { Table } from '../../../directory/store/table';
import { MAIL_MS, sendIfUnsent, sendNotice } from '../../mail/delivery';
import { logFailure } from '../../observability/log';
import { openTable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';
import type { NotificationTask } from '../../runtime/tasks';
import { alarmNoticeOf, isAlarm, type AlarmEvent } from './alarm-event';
import { createReminders } from './reminders';

/** An unsent notice of this age was abandoned by the invocation that made it. */
const ABANDONED_AFTER_MS = 600_000;

/** How often a task looks whether its time has come. */
const TICK_MS = 200;

const shared = openTable();

/**
 * Mails notices to administrators. `dispatcher` passes on new notices, and EventBridge delivers
 * alarms. One schedule reports the failures that were collected; another makes the notices that
 * depend on time, and sends notices that could not be sent before.
 */
export async function handler(
  event:
    | NotificationTask
    | DynamoDBStreamEvent
    | AlarmEvent
    | EventBridgeEvent<'Scheduled Event', unknown>,
  invocation: Invocation,
): Promise<void> {
  const { awsRequestId: requestId } = invocation;
  const table = shared.forRequest(Date.now() + invocation.getRemainingTimeInMillis());
  // During an upgrade, the stream of releases before 0.3.0 still delivers to this function. It has
  // nothing that `dispatcher` does not get.
  if ('Records' in event) return;
  if ('task' in event) await runTask(table, event, requestId);
  else if (isAlarm(event)) await sendAlarm(table, event, requestId);
  else await runScheduledTasks(table, requestId);
}

/** Sends new notices, and reports the failures whose time has come. */
async function runTask(
  table: Table,
  { notices = [], dueAt }: NotificationTask,
  requestId: string,
): Promise<void> {
  await sendAll(table, notices, requestId);
  // In steps, because the clock of a local system can be advanced.
  while (dueAt !== undefined && Date.now() < dueAt) await sleep(TICK_MS);
  const made: Key[] = [];
  for (const connection of await dueDigests(table)) {
    try {
      made.push(...(await reportFailures(table, connection)));
    } catch (error) {
      // One connection's failure must not stop the others.
      logFailure(error, requestId);
    }
  }
  await sendAll(table, made, requestId);
}

async function sendAlarm(table: Table, event: AlarmEvent, requestId: string): Promise<void> {
  const notice = alarmNoticeOf(event);
  if (notice === undefined) return;
  await sendIfUnsent(table, await makeAlarmNotice(table, notice), requestId);
}

async function runScheduledTasks(table: Table, requestId: string): Promise<void> {
  await createReminders(table);
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
