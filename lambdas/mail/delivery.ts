import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import type { Connection } from '../../directory/connections/connection';
import { Connections } from '../../directory/connections/connections';
import type { Item, Key } from '../../directory/store/item';
import { newEntryTime } from '../../directory/log/entry-time';
import { mailEntryWrite } from '../../directory/log/mail-entry';
import {
  claimNotice,
  closeNotice,
  isMadeBefore,
  isUnsent,
  releaseNotice,
} from '../../directory/notices/notice-queue';
import { noticeFromItem } from '../../directory/notices/notice-item';
import type { ConnectionNotice, Notice } from '../../directory/notices/notice';
import { quarantinedSince } from '../../directory/connections/usage-pattern';
import type { Table } from '../../directory/store/table';
import { ENVIRONMENT } from '../contract';
import { variable } from '../runtime/environment';
import { logEntry, logFailure } from '../observability/log';
import { reportMailFailure } from '../observability/metrics';
import { alarmMail } from './alarm-mail';
import type { Mail } from './mail';
import { mailOf } from './notice-mail';

/** Milliseconds after which a notice is of no use any more. */
const STALE_MS = 3 * 86_400_000;

/** Milliseconds that a mail may take, with what the SDK repeats. */
export const MAIL_MS = 45_000;

// Without these a mail that is never answered would take all the time of the others.
const ses = new SESv2Client({
  requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true },
});
const from = process.env[ENVIRONMENT.mailFrom];
const deploymentRecipients =
  from === undefined ? [] : (process.env[ENVIRONMENT.mailTo]?.split(',') ?? []);
const adminUrl = `${variable(ENVIRONMENT.scimUrl)}/admin`;
const deployment = variable(ENVIRONMENT.deployment);
const logDays = Number(variable(ENVIRONMENT.logDays));

/** Who is told of what concerns a connection; nobody when no mails leave. */
export function recipientsOf({ failureMail }: Connection): readonly string[] {
  return from === undefined ? [] : (failureMail?.recipients ?? deploymentRecipients);
}

/** Mails a notice, unless that has been done, there is nobody to tell, or it is overtaken. What SES does not take waits for another time. */
export async function sendIfUnsent(table: Table, key: Key, requestId: string): Promise<void> {
  const item = await table.get(key);
  if (item !== undefined && isUnsent(item)) await sendNotice(table, item, requestId);
}

/** As `tellIfUnsent`, of a notice that was read a moment ago. */
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
    // It waits for the next attempt, and nothing else does.
    logFailure(error, requestId);
    reportMailFailure({ connection, kind });
    await releaseNotice(table, item);
    if (connection === undefined) return;
    const name = error instanceof Error ? error.name : 'Error';
    await table.write([
      mailEntryWrite(
        { ...newEntryTime(), connection, requestId, mail: kind, error: name },
        logDays,
      ),
    ]);
    return;
  }
  logEntry({ level: 'INFO', message: 'mail', connection, kind, recipients: recipients.length });
  await closeNotice(table, item, 'sent');
}

/** A mail, and to whom it goes. */
interface Delivery {
  readonly recipients: readonly string[];
  readonly mail: Mail;
  readonly kind: Notice['kind'];
  /** Id of the connection that it is about; undefined for what is of the deployment. */
  readonly connection: string | undefined;
}

/** @returns undefined for a notice that nobody is to get */
async function deliveryOf(table: Table, item: Item): Promise<Delivery | undefined> {
  if (isMadeBefore(item, Date.now() - STALE_MS)) return undefined;
  const notice = noticeFromItem(item);
  const { kind } = notice;
  if (kind === 'alarm') {
    const mail = alarmMail(notice);
    return deploymentRecipients.length === 0
      ? undefined
      : { recipients: deploymentRecipients, mail, kind, connection: undefined };
  }
  const connection = await new Connections(table).find(notice.connection);
  const recipients = connection === undefined ? [] : recipientsOf(connection);
  if (connection === undefined || recipients.length === 0 || isOvertaken(notice, connection))
    return undefined;
  const secretName = connection.secret ? `${deployment}/${connection.id}` : undefined;
  return {
    recipients,
    mail: mailOf(notice, { connection, adminUrl, secretName }),
    kind,
    connection: connection.id,
  };
}

async function send(recipients: readonly string[], { subject, text, html }: Mail): Promise<void> {
  await ses.send(
    new SendEmailCommand({
      FromEmailAddress: from,
      ConfigurationSetName: process.env[ENVIRONMENT.mailConfigurationSet],
      Destination: { ToAddresses: [...recipients] },
      Content: {
        Simple: {
          Subject: { Data: subject, Charset: 'UTF-8' },
          Body: { Text: { Data: text, Charset: 'UTF-8' }, Html: { Data: html, Charset: 'UTF-8' } },
        },
      },
    }),
  );
}

/** Whether what a notice says is not so any more. */
function isOvertaken(notice: ConnectionNotice, { tokens, usagePattern }: Connection): boolean {
  switch (notice.kind) {
    case 'failures':
    case 'recovered':
      return false;
    case 'silent':
      return usagePattern?.lastUse !== notice.since;
    case 'quarantined':
      return usagePattern === undefined || quarantinedSince(usagePattern) === undefined;
    case 'tokenExpires':
    case 'tokenRotated': {
      const token = tokens.find(({ id }) => id === notice.token);
      return (
        token === undefined ||
        token.replaced === true ||
        Date.parse(notice.expiresAt) + STALE_MS < Date.now()
      );
    }
  }
}
