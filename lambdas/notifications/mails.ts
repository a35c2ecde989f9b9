import type {
  AlarmNotice,
  ConnectionNotice,
  FailedCause,
  FailuresNotice,
  RecoveryNotice,
  RhythmNotice,
} from '../../directory/notices';
import { consoleOf } from '../../idp/console';
import { explain } from '../../idp/explanations';
import { capital, dateOf, render, type Block, type Mail, type MailContext } from './mail-form';
import { tokenMail } from './token-mails';

/** The mail that tells a notice of a connection. It never holds a token. */
export function mailOf(notice: ConnectionNotice, context: MailContext): Mail {
  switch (notice.kind) {
    case 'tokenExpires':
    case 'tokenRotated':
      return tokenMail(notice, context);
    case 'failures':
      return failuresMail(notice, context);
    case 'recovered':
      return recoveryMail(notice, context);
    case 'silent':
      return silenceMail(notice, context);
    case 'quarantined':
      return quarantineMail(notice, context);
  }
}

/** The mail that tells that an alarm of the deployment was raised, or is over. */
export function alarmMail({ alarm, isOver, meaning, reason, at }: AlarmNotice): Mail {
  const [what = alarm] = meaning.split(/(?<=\.) /);
  if (isOver) {
    return render(`SCIM service: over: ${what}`, [
      { text: `The alarm ${alarm} is over since ${dateOf(at)}: ${what}` },
      { text: `CloudWatch says: ${reason}` },
    ]);
  }
  return render(`SCIM service: ${what}`, [
    { text: meaning },
    {
      text: `The alarm ${alarm} was raised at ${dateOf(at)}. It is of the deployment as a whole: what it counts may be in no connection's log.`,
    },
    { text: `CloudWatch says: ${reason}` },
  ]);
}

function failuresMail({ causes }: FailuresNotice, context: MailContext): Mail {
  const { connection, adminUrl } = context;
  const { name } = consoleOf(connection.identityProvider);
  const isSummary = causes.every(({ status }) => status === 0);
  const what = requests(...causes.map(({ count }) => count));
  const isPartial = causes.every(({ status }) => status > 0 && status < 400);
  if (isPartial) return passedOverMail(causes, what, context);
  return render(`SCIM provisioning of ${connection.displayName}: ${isSummary ? `${what} more` : what} failed`, [
    {
      text: isSummary
        ? `The SCIM connection "${connection.displayName}" (${connection.id}) has been told of these before. They have gone on since: ${what} of ${name} failed.`
        : `${capital(what)} of ${name} to the SCIM connection "${connection.displayName}" (${connection.id}) failed, for ${causes.length === 1 ? 'one cause' : `${causes.length} causes`}. What they were to do has not been done.`,
    },
    ...causes.flatMap((cause, index) => causeBlocks(cause, index + 1, connection.identityProvider)),
    { text: 'All of it, with each request:' },
    { command: logCommand(adminUrl, connection.id) },
    {
      text: 'Each of these causes is told again in a day at the earliest, with how often it has come by then; others at once.',
    },
  ]);
}

/** Requests that went well but for some members. */
function passedOverMail(causes: readonly FailedCause[], what: string, { connection, adminUrl }: MailContext): Mail {
  const { name } = consoleOf(connection.identityProvider);
  return render(`SCIM provisioning of ${connection.displayName}: members were passed over in ${what}`, [
    {
      text: `${capital(what)} of ${name} to the SCIM connection "${connection.displayName}" (${connection.id}) named members of groups who are not there. All else of them was done.`,
    },
    ...causes.flatMap((cause, index) => causeBlocks(cause, index + 1, connection.identityProvider)),
    { text: 'Each request:' },
    { command: logCommand(adminUrl, connection.id).replace('status=failed', 'cause=unknownMember') },
  ]);
}

function causeBlocks(failed: FailedCause, number: number, identityProvider: string): readonly Block[] {
  const { cause, attribute, count, names, detail, received } = failed;
  const { title, meaning, remedy } = explain(cause, identityProvider, attribute);
  const about = names.length === 0 ? '' : ` About ${names.join(', ')}${count > names.length ? ' and others' : ''}.`;
  const expected =
    detail === undefined ? '' : ` ${capital(detail)}${received === undefined ? '' : `, but it is ${received}`}.`;
  return [
    { text: `${number}. ${title}: ${requests(count)}` },
    { text: `${meaning}${expected}${about}` },
    { text: `What to do: ${remedy}` },
  ];
}

function recoveryMail({ since }: RecoveryNotice, { connection }: MailContext): Mail {
  const { name } = consoleOf(connection.identityProvider);
  return render(`SCIM provisioning of ${connection.displayName} works again`, [
    {
      text: `Requests of ${name} to the SCIM connection "${connection.displayName}" (${connection.id}) go well again. They had failed since ${dateOf(since)}.`,
    },
    { text: `${capital(name)} repeats what failed by itself, most of it within the hour.` },
  ]);
}

function silenceMail({ since }: RhythmNotice, { connection, adminUrl }: MailContext): Mail {
  const { name, progress, test } = consoleOf(connection.identityProvider);
  return render(`SCIM provisioning of ${connection.displayName} has gone silent`, [
    {
      text: `${capital(name)} has sent nothing to the SCIM connection "${connection.displayName}" (${connection.id}) since ${dateOf(since)}: much longer than it ever paused in the last weeks. While it sends nothing, nobody is created, and nobody who leaves loses access.`,
    },
    { text: 'When nothing has changed there, for a holiday, this is no failure. Otherwise:' },
    {
      steps: [
        `See whether provisioning still runs: ${progress}.`,
        `Check that it reaches this service: ${test}.`,
        'See what came last, and whether it failed:',
      ],
    },
    { command: logCommand(adminUrl, connection.id).replace('?status=failed', '') },
    {
      text: 'A connection that is not needed any more can be disabled (PATCH it with "enabled": false); then it is not missed.',
    },
  ]);
}

function quarantineMail({ since }: RhythmNotice, { connection, adminUrl }: MailContext): Mail {
  const { name, quarantine = '' } = consoleOf(connection.identityProvider);
  return render(`SCIM provisioning of ${connection.displayName} may be in quarantine`, [
    {
      text: `${capital(name)} used the SCIM connection "${connection.displayName}" (${connection.id}) every hour or so until ${dateOf(since)}. Since then it has only called now and then, as it does when it has put provisioning in quarantine and tries whether it works again. In quarantine nobody is created, and nobody who leaves loses access.`,
    },
    { text: quarantine },
    { text: 'What failed here before:' },
    { command: logCommand(adminUrl, connection.id) },
  ]);
}

/** When so many of one cause came, some of them may not have been written down. */
const COUNTED = 25;

function requests(...counts: readonly number[]): string {
  const sum = counts.reduce((total, count) => total + count, 0);
  const isLeast = counts.some((count) => count >= COUNTED);
  return `${isLeast ? 'at least ' : ''}${sum} ${sum === 1 ? 'request' : 'requests'}`;
}

function logCommand(adminUrl: string, id: string): string {
  return `awscurl --service execute-api '${adminUrl}/connections/${id}/requests?status=failed'`;
}
