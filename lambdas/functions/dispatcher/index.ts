import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type {
  DynamoDBBatchItemFailure,
  DynamoDBBatchResponse,
  DynamoDBRecord,
  DynamoDBStreamEvent,
} from 'aws-lambda';
import { Connections } from '../../../directory/connections/connections';
import { EventAppender } from '../../../directory/events/append';
import { noteStream } from '../../../directory/events/log-state';
import { changeEntryOf, type ChangeEntry } from '../../../directory/log/change-entry';
import { logChanges } from '../../../directory/log/change-log';
import type { StreamedEntry } from '../../../directory/notices/failure-collection';
import { collectFailures } from '../../../directory/notices/failure-digest';
import { batchesOf } from '../../../directory/store/batches';
import type { Key } from '../../../directory/store/item';
import { readKey } from '../../../directory/store/key-meaning';
import { UNSENT_NOTICES } from '../../../directory/store/keys';
import type { Table } from '../../../directory/store/table';
import { Streams } from '../../../directory/streams/streams';
import { WebhookEndpoints } from '../../../directory/webhooks/endpoints';
import { publishEvents } from '../../../events/event-bus';
import { ENVIRONMENT, EVENT_SOURCE } from '../../contract';
import { recipientsOf } from '../../mail/recipients';
import { logFailure } from '../../observability/log';
import { reportUndelivered } from '../../observability/metrics';
import { logRetentionDays, openTable, variable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';
import { changeOf, imagesOf, keyOf } from '../../runtime/stream-records';
import { KEYS_IN_TASK, startTask, type PublishTask } from '../../runtime/tasks';
import { appendEvents, hasEvent } from './append-events';
import { streamedEntryOf } from './streamed-entry';

const shared = openTable();
// Without timeouts, a missing route to a service would hold back the stream.
const requestHandler = {
  connectionTimeout: 3000,
  requestTimeout: 5000,
  throwOnRequestTimeout: true,
};
const lambda = new LambdaClient({ maxAttempts: 2, requestHandler });
const bus = {
  client: new EventBridgeClient({ maxAttempts: 2, requestHandler }),
  arn: variable(ENVIRONMENT.eventBus),
  source: EVENT_SOURCE,
  deployment: variable(ENVIRONMENT.deployment),
};
const webhooks = variable(ENVIRONMENT.webhooksFunction);
const completion = variable(ENVIRONMENT.completionFunction);
const notifications = variable(ENVIRONMENT.notificationsFunction);
// Without security event tokens, no request is performed after its answer.
const requests = variable(ENVIRONMENT.requestsFunction, '');
const hasStreams = variable(ENVIRONMENT.signingKeys, '') !== '';
const logDays = logRetentionDays();
const scimUrl = variable(ENVIRONMENT.scimUrl);
const appender = new EventAppender(Number(variable(ENVIRONMENT.eventDays)));
const windowMs = Number(variable(ENVIRONMENT.mailWindow)) * 1000;

/** `notifications` waits for a digest that is due this soon; its schedule finds later ones. */
const WORTH_WAITING_MS = 10_000;

/**
 * Reads the table's stream, as its only reader: appends events to the event log, writes changes to
 * the provisioning log, collects failures in digests, and hands intents and notices on to the
 * functions that work on them. All of it is idempotent, because Lambda delivers records again after
 * a failure.
 * @returns the first record that failed; Lambda delivers it again with all that come after it
 */
export async function handler(
  event: DynamoDBStreamEvent | PublishTask,
  { awsRequestId, getRemainingTimeInMillis }: Invocation,
): Promise<DynamoDBBatchResponse> {
  const table = shared.forRequest(Date.now() + getRemainingTimeInMillis());
  if ('task' in event) {
    await publish(table, awsRequestId, getRemainingTimeInMillis() - PUBLISHING_MS);
    return { batchItemFailures: [] };
  }
  const { Records: records } = event;
  const batchItemFailures = await dispatchAll(table, records, awsRequestId);
  // Last, because it depends on other services, and schedules find the same events.
  if (records.some(mayHaveEvent)) await deliver(table, awsRequestId);
  return { batchItemFailures };
}

/** @returns the first record that failed */
async function dispatchAll(
  table: Table,
  records: readonly DynamoDBRecord[],
  requestId: string,
): Promise<DynamoDBBatchItemFailure[]> {
  try {
    await dispatch(table, records, requestId);
    return [];
  } catch (error) {
    logFailure(error, requestId);
  }
  return dispatchEach(table, records, requestId);
}

function mayHaveEvent(record: DynamoDBRecord): boolean {
  return changeOf(record).some(hasEvent);
}

/** Delivers new events. Schedules do the same for those that are left. */
async function deliver(table: Table, requestId: string): Promise<void> {
  try {
    const [endpoints, streams] = await Promise.all([
      new WebhookEndpoints(table).list(),
      hasStreams ? new Streams(table).list() : [],
    ]);
    const pushed = streams.filter(({ delivery }) => delivery === 'push');
    const isWanted = [...endpoints, ...pushed].some(({ enabled }) => enabled);
    if (isWanted) await startTask(lambda, webhooks, { task: 'deliver' });
  } catch (error) {
    logFailure(error, requestId);
  }
  await publish(table, requestId, PUBLISHING_MS);
}

/** How long a batch of the stream puts events on the bus; the schedule has more time. */
const PUBLISHING_MS = 10_000;

async function publish(table: Table, requestId: string, milliseconds: number): Promise<void> {
  const onUndelivered = (number: number, reason: string): void => {
    reportUndelivered('undeliveredEvents', number, { reason, requestId });
  };
  try {
    await publishEvents(table, { ...bus, onUndelivered, until: Date.now() + milliseconds });
  } catch (error) {
    logFailure(error, requestId);
  }
}

/**
 * Processes records one by one, so that a record that always fails holds back no other connection.
 * Later records of its own connection wait: a digest ignores entries that are older than its last.
 * @returns the first record that failed
 */
async function dispatchEach(
  table: Table,
  records: readonly DynamoDBRecord[],
  requestId: string,
): Promise<DynamoDBBatchItemFailure[]> {
  const failed = new Map<string, DynamoDBRecord>();
  for (const record of records) {
    const [key] = keyOf(record);
    const connection = key === undefined ? '' : readKey(key).connection;
    if (failed.has(connection)) continue;
    try {
      await dispatch(table, [record], requestId);
    } catch (error) {
      logFailure(error, requestId);
      failed.set(connection, record);
    }
  }
  return [...failed.values()]
    .slice(0, 1)
    .map(({ dynamodb }) => ({ itemIdentifier: dynamodb?.SequenceNumber ?? '' }));
}

async function dispatch(
  table: Table,
  records: readonly DynamoDBRecord[],
  requestId: string,
): Promise<void> {
  await noteStreams(table, records);
  await appendEvents(table, records, { appender, scimBaseUrl, requestId });
  await logChanges(table, records.flatMap(changesIn), logDays);
  const dueAt = await collectAll(table, records);
  const intents = records.flatMap(handedOverIn);
  const tasks = [
    [completion, intents.filter(({ isRequest }) => !isRequest)],
    [requests, intents.filter(({ isRequest }) => isRequest)],
  ] as const;
  const notices = records.flatMap(noticesIn);
  try {
    for (const [fn, found] of tasks) {
      // Requests wait if the stack has no security events any more.
      if (fn === '') continue;
      for (const batch of batchesOf(found, KEYS_IN_TASK)) {
        await startTask(lambda, fn, { intents: batch.map(({ key }) => key) });
      }
    }
    for (const keys of batchesOf(notices, KEYS_IN_TASK)) {
      await startTask(lambda, notifications, { task: 'report', notices: keys });
    }
    if (dueAt !== undefined) await startTask(lambda, notifications, { task: 'report', dueAt });
  } catch (error) {
    // The schedules of these functions find the same work.
    logFailure(error, requestId);
  }
}

/** The streams that this instance has noted. */
const noted = new Set<string>();

/** Begins a new epoch of the event log with the first record of another stream. */
async function noteStreams(table: Table, records: readonly DynamoDBRecord[]): Promise<void> {
  for (const { eventSourceARN: stream } of records) {
    if (stream === undefined || noted.has(stream)) continue;
    await noteStream(table, stream);
    noted.add(stream);
  }
}

function scimBaseUrl(connection: string): string {
  return `${scimUrl}/v2/connections/${connection}`;
}

function changesIn(record: DynamoDBRecord): readonly ChangeEntry[] {
  const { before, after } = imagesOf(record);
  const entry = after === undefined ? undefined : changeEntryOf(before, after);
  return entry === undefined ? [] : [entry];
}

/** An intent that was handed over. */
interface HandedOver {
  readonly key: Key;
  /** Whether the function `requests` works on it, instead of `completion`. */
  readonly isRequest: boolean;
}

/** A new intent belongs to its request; it is handed over by a later change. */
function handedOverIn(record: DynamoDBRecord): readonly HandedOver[] {
  const { before, after } = imagesOf(record);
  const handedOver = after?.['handedOver'];
  // A worker that takes a request changes its intent, too.
  if (record.eventName !== 'MODIFY' || handedOver === undefined) return [];
  if (before?.['handedOver'] === handedOver) return [];
  return keyOf(record)
    .filter((key) => readKey(key).meaning.kind === 'intent')
    .map((key) => ({ key, isRequest: after?.['kind'] === 'request' }));
}

function noticesIn(record: DynamoDBRecord): readonly Key[] {
  const isNew = record.eventName === 'INSERT';
  return isNew && imagesOf(record).after?.['gsi1pk'] === UNSENT_NOTICES ? keyOf(record) : [];
}

/**
 * Collects failures and successes in the digests of their connections.
 * @returns when the first new digest is due that is worth waiting for
 */
async function collectAll(
  table: Table,
  records: readonly DynamoDBRecord[],
): Promise<number | undefined> {
  const due: number[] = [];
  for (const [id, entries] of entriesByConnection(records)) {
    const connection = await new Connections(table).find(id);
    if (connection === undefined) continue;
    // Without recipients nothing is reported, but a failure that was reported before still ends.
    if (recipientsOf(connection).length === 0 && connection.failing === undefined) continue;
    const dueAt = await collectFailures(table, id, entries, windowMs);
    if (dueAt !== undefined && dueAt - Date.now() <= WORTH_WAITING_MS) due.push(dueAt);
  }
  return due.length === 0 ? undefined : Math.min(...due);
}

function entriesByConnection(
  records: readonly DynamoDBRecord[],
): ReadonlyMap<string, readonly StreamedEntry[]> {
  const entries = new Map<string, StreamedEntry[]>();
  for (const record of records) {
    const streamed = streamedEntryOf(record);
    if (streamed === undefined) continue;
    entries.set(streamed.connection, [...(entries.get(streamed.connection) ?? []), streamed]);
  }
  return entries;
}
