import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import type { DynamoDBRecord, DynamoDBStreamEvent, EventBridgeEvent } from 'aws-lambda';
import type { Connection } from '../../directory/connection';
import { Connections } from '../../directory/connections';
import { digest, dueDigests, type StreamedEntry } from '../../directory/digest';
import { dueReminder, tokensNearExpiry } from '../../directory/expiry';
import type { Item, Key } from '../../directory/item';
import {
  closeNotice,
  isUnsent,
  makeNotice,
  noticeFrom,
  unsentNotices,
  type Notice,
  type TokenNotice,
} from '../../directory/notices';
import { HAND_OVER_MS } from '../../directory/retries';
import type { Table } from '../../directory/table';
import { ENVIRONMENT } from '../contract';
import { openTable, variable } from '../middleware/environment';
import type { Invocation } from '../middleware/invocation';
import { logEntry, logFailure } from '../middleware/log';
import { measureTokensNearExpiry } from '../middleware/metrics';
import { keyOf } from '../middleware/stream';
import { streamedEntry } from './streamed-entry';
import { mailOf } from './mails';

/** Connections that are read at a time. */
const PAGE = 100;

/** Milliseconds after which a notice was left by whoever was to send it. */
const LEFT_MS = 600_000;

/** Milliseconds after which a notice is of no use any more. */
const STALE_MS = 3 * 86_400_000;

const shared = openTable();
// Without these a mail that is never answered would take all the time of the others.
const ses = new SESv2Client({
  requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true },
});
const from = process.env[ENVIRONMENT.mailFrom];
const deploymentRecipients = process.env[ENVIRONMENT.mailTo]?.split(',') ?? [];
const adminUrl = `${variable(ENVIRONMENT.scimUrl)}/admin`;
const deployment = variable(ENVIRONMENT.deployment);

/**
 * Mails to a connection's recipients what there is to tell them: the table's stream tells of notices that were made, and a schedule looks for
 * tokens that are about to end, and for notices that could not be sent.
 */
export async function handler(
  event: DynamoDBStreamEvent | EventBridgeEvent<'Scheduled Event', unknown>,
  context: Invocation,
): Promise<void> {
  const table = shared.forRequest(Date.now() + context.getRemainingTimeInMillis());
  if (!('Records' in event)) {
    await sendLeft(table, context.awsRequestId);
    for (const connection of await dueDigests(table)) {
      try {
        await makeDigest(table, connection, []);
      } catch (error) {
        // The others, and the tokens, are not to wait for it.
        logFailure(error, context.awsRequestId);
      }
    }
    await remind(table);
    return;
  }
  const { entries, notices } = recordsOf(event.Records);
  for (const [connection, streamed] of entries) await gather(table, connection, streamed);
  for (const key of notices) await tellIfUnsent(table, key);
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

/** Makes the notices that failures call for, and tells them: the stream would bring them back a window later. */
async function gather(table: Table, id: string, entries: readonly StreamedEntry[]): Promise<void> {
  const connection = await new Connections(table).find(id);
  if (connection === undefined) return;
  // What was told before somebody switched mails off is brought to its end.
  if (recipientsOf(connection).length === 0 && connection.failing === undefined) return;
  await makeDigest(table, id, entries);
}

async function makeDigest(table: Table, id: string, entries: readonly StreamedEntry[]): Promise<void> {
  for (const key of await digest(table, id, entries)) await tellIfUnsent(table, key);
}

async function tellIfUnsent(table: Table, key: Key): Promise<void> {
  const item = await table.get(key);
  if (item !== undefined && isUnsent(item)) await tell(table, item);
}

/** Makes the notices of all tokens that are about to end, and counts those that end soon. */
async function remind(table: Table): Promise<void> {
  const connections = new Connections(table);
  let nearExpiry = 0;
  let after: string | undefined;
  do {
    const page = await connections.list(PAGE, after);
    for (const connection of page.connections) {
      if (!('tokens' in connection) || !connection.enabled) continue;
      nearExpiry += tokensNearExpiry(connection.tokens);
      if (recipientsOf(connection).length === 0) continue;
      for (const notice of expiryNotices(connection)) await makeNotice(table, notice);
    }
    after = page.next;
  } while (after !== undefined && table.retries.timeLeft > HAND_OVER_MS);
  measureTokensNearExpiry(nearExpiry);
}

/** Who is told of what concerns a connection; nobody when no mails leave. */
function recipientsOf({ failureMail }: Connection): readonly string[] {
  return from === undefined ? [] : (failureMail?.recipients ?? deploymentRecipients);
}

function expiryNotices({ id: connection, tokens }: Connection): readonly TokenNotice[] {
  return tokens.flatMap((token) => {
    const days = dueReminder(token);
    if (days === undefined) return [];
    return [{ connection, kind: 'tokenExpires', token: token.id, expiresAt: token.expiresAt, days }];
  });
}

async function sendLeft(table: Table, requestId: string): Promise<void> {
  for await (const items of unsentNotices(table, Date.now() - LEFT_MS)) {
    for (const item of items.filter(isUnsent)) {
      if (table.retries.timeLeft < HAND_OVER_MS) return;
      try {
        await tell(table, item);
      } catch (error) {
        logFailure(error, requestId);
      }
    }
  }
}

/** Mails one notice, unless there is nobody to tell or it is overtaken. */
async function tell(table: Table, item: Item): Promise<void> {
  const notice = noticeFrom(item);
  const connection = await new Connections(table).find(notice.connection);
  const recipients = connection === undefined ? [] : recipientsOf(connection);
  if (connection === undefined || recipients.length === 0 || isOvertaken(notice, connection)) {
    await closeNotice(table, item, 'dropped');
    return;
  }
  const mail = mailOf(notice, {
    connection,
    adminUrl,
    secretName: connection.secret ? `${deployment}/${connection.id}` : undefined,
  });
  await ses.send(
    new SendEmailCommand({
      FromEmailAddress: from,
      ConfigurationSetName: process.env[ENVIRONMENT.mailConfigurationSet],
      Destination: { ToAddresses: [...recipients] },
      Content: {
        Simple: {
          Subject: { Data: mail.subject, Charset: 'UTF-8' },
          Body: {
            Text: { Data: mail.text, Charset: 'UTF-8' },
            Html: { Data: mail.html, Charset: 'UTF-8' },
          },
        },
      },
    }),
  );
  logEntry({
    level: 'INFO',
    message: 'mail',
    connection: connection.id,
    kind: notice.kind,
    recipients: recipients.length,
  });
  await closeNotice(table, item, 'sent');
}

/** Whether what a notice says is not so any more: its token is gone or replaced, or it could not be sent for days. */
function isOvertaken(notice: Notice, { tokens }: Connection): boolean {
  if (notice.kind === 'failures' || notice.kind === 'recovered') return false;
  const { token: id, expiresAt } = notice;
  const token = tokens.find((each) => each.id === id);
  return token === undefined || token.replaced === true || Date.parse(expiresAt) + STALE_MS < Date.now();
}
