import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import type { Connection } from '../../directory/connections/connection';
import { Connections } from '../../directory/connections/connections';
import { quarantinedSince } from '../../directory/connections/usage-pattern';
import { newEntryTime } from '../../directory/log/entry-item';
import { mailEntryWrite } from '../../directory/log/mail-entry';
import type { ConnectionNotice, Notice } from '../../directory/notices/notice';
import { latestSecrets, unadoptedToken } from '../../directory/notices/token-expiry';
import { noticeFromItem } from '../../directory/notices/notice-item';
import {
  claimNotice,
  closeNotice,
  isMadeBefore,
  isUnsent,
  releaseNotice,
} from '../../directory/notices/notice-queue';
import type { Item, Key } from '../../directory/store/item';
import type { Table } from '../../directory/store/table';
import { ENVIRONMENT } from '../contract';
import { logEntry, logFailure } from '../observability/log';
import { reportMailFailure } from '../observability/metrics';
import { logRetentionDays, variable } from '../runtime/environment';
import { alarmMail } from './alarm-mail';
import type { Mail } from './mail';
import { mailOf } from './notice-mail';
import { webhookMail } from './webhook-mail';
import { deploymentRecipients, recipientsOf, sender } from './recipients';

/** A notice that could not be sent for this long is dropped. */
const STALE_MS = 3 * 86_400_000;

/** The longest time that sending one mail takes, including the SDK's retries. */
export const MAIL_MS = 45_000;

// Without timeouts, one mail without an answer would use up the time of all others.
const ses = new SESv2Client({
  requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true },
});
const contact = process.env[ENVIRONMENT.mailContact];
const adminUrl = `${variable(ENVIRONMENT.scimUrl)}/admin`;
const deployment = variable(ENVIRONMENT.deployment);
const logDays = logRetentionDays();

/** Sends a notice, unless it was sent already. */
export async function sendIfUnsent(table: Table, key: Key, requestId: string): Promise<void> {
  const item = await table.get(key);
  if (item !== undefined && isUnsent(item)) await sendNotice(table, item, requestId);
}

/**
 * Sends a notice that was just read, unless it has no recipients or is outdated. If SES does not
 * accept the mail, the notice stays in the queue for another attempt.
 */
export async function sendNotice(table: Table, item: Item, requestId: string): Promise<void> {
  const delivery = await deliveryOf(table, item);
  if (delivery === undefined) {
    await closeNotice(table, item, 'dropped');
    return;
  }
  const { recipients, mail, connection, kind } = delivery;
  if (!(await claimNotice(table, item, MAIL_MS))) return;
  try {
    await send(recipients, mail);
  } catch (error) {
    logFailure(error, requestId);
    reportMailFailure({ connection, kind });
    await releaseNotice(table, item);
    if (connection === undefined) return;
    const name = error instanceof Error ? error.name : 'Error';
    const entry = { ...newEntryTime(), connection, requestId, mail: kind, error: name };
    await table.write([mailEntryWrite(entry, logDays)]);
    return;
  }
  logEntry({ level: 'INFO', message: 'mail', connection, kind, recipients: recipients.length });
  await closeNotice(table, item, 'sent');
}

/** A mail and its recipients. */
interface Delivery {
  readonly recipients: readonly string[];
  readonly mail: Mail;
  readonly kind: Notice['kind'];
  /** Id of the connection concerned; undefined for the deployment as a whole. */
  readonly connection: string | undefined;
}

/** @returns undefined if the notice is not to be sent */
async function deliveryOf(table: Table, item: Item): Promise<Delivery | undefined> {
  if (isMadeBefore(item, Date.now() - STALE_MS)) return undefined;
  const notice = noticeFromItem(item);
  const { kind } = notice;
  if (kind === 'alarm') {
    if (deploymentRecipients.length === 0) return undefined;
    const mail = alarmMail(notice);
    return { recipients: deploymentRecipients, mail, kind, connection: undefined };
  }
  if (kind === 'webhook') {
    if (deploymentRecipients.length === 0) return undefined;
    const mail = webhookMail(notice, adminUrl);
    return { recipients: deploymentRecipients, mail, kind, connection: undefined };
  }
  const connection = await new Connections(table).find(notice.connection);
  if (connection === undefined || isOutdated(notice, connection)) return undefined;
  const recipients = recipientsOf(connection);
  if (recipients.length === 0) return undefined;
  const secretName = connection.secret ? `${deployment}/${connection.id}` : undefined;
  const audience = connection.failureMail === undefined ? 'operator' : 'customer';
  const mail = mailOf(notice, { connection, adminUrl, secretName, audience, contact });
  return { recipients, mail, kind, connection: connection.id };
}

async function send(recipients: readonly string[], { subject, text, html }: Mail): Promise<void> {
  const content = (data: string) => ({ Data: data, Charset: 'UTF-8' });
  await ses.send(
    new SendEmailCommand({
      FromEmailAddress: sender,
      ConfigurationSetName: process.env[ENVIRONMENT.mailConfigurationSet],
      Destination: { ToAddresses: [...recipients] },
      Content: {
        Simple: { Subject: content(subject), Body: { Text: content(text), Html: content(html) } },
      },
    }),
  );
}

/** Returns whether a notice no longer describes the connection's state. */
function isOutdated(notice: ConnectionNotice, connection: Connection): boolean {
  const { tokens, usagePattern } = connection;
  switch (notice.kind) {
    case 'failures':
    case 'recovered':
      return false;
    case 'silent':
      return usagePattern?.lastUse !== notice.since;
    case 'quarantined':
      return usagePattern === undefined || quarantinedSince(usagePattern) === undefined;
    case 'tokenNotAdopted':
      return unadoptedToken(tokens)?.id !== notice.token;
    case 'secretExpires': {
      const isLatest = latestSecrets(connection).some(({ secret }) => secret.id === notice.token);
      return !isLatest || Date.parse(notice.expiresAt) + STALE_MS < Date.now();
    }
    case 'tokenExpires':
    case 'tokenRotated': {
      const token = tokens.find(({ id }) => id === notice.token);
      if (token === undefined || token.replaced === true) return true;
      return Date.parse(notice.expiresAt) + STALE_MS < Date.now();
    }
  }
}
