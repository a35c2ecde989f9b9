import type { FailedCause, FailuresNotice, RecoveryNotice } from '../../directory/notices';
import { consoleOf } from '../../idp/console';
import { explain } from '../../idp/explanations';
import { WRITTEN } from '../middleware/failure-limits';
import { capital, dateOf, logCommand, render, type Block, type Mail, type MailContext } from './mail-form';

/** The mail that tells of requests that failed, or that passed members over. */
export function failuresMail({ causes }: FailuresNotice, context: MailContext): Mail {
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
    { command: logCommand(adminUrl, connection.id, '?status=failed') },
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
    { command: logCommand(adminUrl, connection.id, '?cause=unknownMember') },
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

/** The mail that tells that requests go well again. */
export function recoveryMail({ since }: RecoveryNotice, { connection }: MailContext): Mail {
  const { name } = consoleOf(connection.identityProvider);
  return render(`SCIM provisioning of ${connection.displayName} works again`, [
    {
      text: `Requests of ${name} to the SCIM connection "${connection.displayName}" (${connection.id}) go well again. They had failed since ${dateOf(since)}.`,
    },
    { text: `${capital(name)} repeats what failed by itself, most of it within the hour.` },
  ]);
}

function requests(...counts: readonly number[]): string {
  const sum = counts.reduce((total, count) => total + count, 0);
  // When so many of one cause came, some of them may not have been written down.
  const isLeast = counts.some((count) => count >= WRITTEN);
  return `${isLeast ? 'at least ' : ''}${sum} ${sum === 1 ? 'request' : 'requests'}`;
}
