import type { FailedCause, FailuresNotice, RecoveryNotice } from '../../directory/notices/notice';
import { consoleLabelsOf } from '../../idp/explanations/console';
import { explain } from '../../idp/explanations/explanations';
import { LOGGED_ONE_BY_ONE } from '../observability/failure-limits';
import {
  capitalized,
  dateOf,
  logCommand,
  readCommand,
  render,
  settingsCommand,
  type Block,
  type Mail,
  type MailContext,
} from './mail';

/** The mail that tells of requests that failed, or that passed members over. */
export function failuresMail({ causes }: FailuresNotice, context: MailContext): Mail {
  const { connection, adminUrl } = context;
  const { name } = consoleLabelsOf(connection.identityProvider);
  const failed = causes.filter(({ status }) => status === 0 || status >= 400);
  const partial = causes.filter((cause) => !failed.includes(cause));
  if (failed.length === 0) return passedOverMail(partial, context);
  const isSummary = failed.every(({ status }) => status === 0);
  const what = requests(failed, isSummary ? ' more' : '');
  const connectionName = `the SCIM connection "${connection.displayName}" (${connection.id})`;
  const beside = passedOverBlocks(partial, failed.length, context);
  return render(`SCIM provisioning of ${connection.displayName}: ${what} failed`, [
    {
      text: isSummary
        ? `You were told of these failures of ${connectionName} before; they have gone on since: ${what} of ${name} failed.`
        : `${capitalized(what)} of ${name} to ${connectionName} failed, for ${failed.length === 1 ? 'one cause' : `${failed.length} causes`}.`,
    },
    ...failed.flatMap((cause, index) => causeBlocks(cause, index + 1, context)),
    { text: 'All of it, with each request:' },
    { command: logCommand(adminUrl, connection.id, '?status=failed') },
    ...beside,
    {
      text: 'Each of these causes is told again in a day at the earliest, with how often it has come by then; others at once.',
    },
  ]);
}

/** Requests that went well but for some members. */
function passedOverMail(causes: readonly FailedCause[], context: MailContext): Mail {
  const { connection } = context;
  const subject = `SCIM provisioning of ${connection.displayName}: members were passed over in ${requests(causes)}`;
  return render(subject, passedOverBlocks(causes, 0, context));
}

/** @param before causes that were told before these */
function passedOverBlocks(
  causes: readonly FailedCause[],
  before: number,
  context: MailContext,
): readonly Block[] {
  if (causes.length === 0) return [];
  const { connection, adminUrl } = context;
  const { name } = consoleLabelsOf(connection.identityProvider);
  return [
    {
      text: `${capitalized(requests(causes))} of ${name} to the SCIM connection "${connection.displayName}" (${connection.id}) named members of groups who are not there. All else of them was done.`,
    },
    ...causes.flatMap((cause, index) => causeBlocks(cause, before + index + 1, context)),
    { text: 'Each request:' },
    { command: logCommand(adminUrl, connection.id, '?cause=unknownMember') },
  ];
}

/** Names that are told of a cause. */
const NAMES = 3;

function causeBlocks(failed: FailedCause, number: number, context: MailContext): readonly Block[] {
  const { cause, attribute, names, detail, received } = failed;
  const { title, meaning, remedy } = explain(cause, context.connection.identityProvider, attribute);
  const others = names.length > NAMES ? ' and others' : '';
  const about = names.length === 0 ? '' : ` About ${names.slice(0, NAMES).join(', ')}${others}.`;
  const sent = received === 'nothing' ? ', but was not sent' : `, but it is ${received ?? ''}`;
  const expected =
    detail === undefined ? '' : ` Here: ${detail}${received === undefined ? '' : sent}.`;
  return [
    { text: `${number}. ${title}: ${requests([failed])}` },
    { text: `${meaning}${expected}${about}` },
    { text: `What to do: ${remedy}` },
    ...commandsOf(cause, context),
  ];
}

/** What is done here, and not in the identity provider. */
function commandsOf(
  cause: string,
  { connection: { id }, adminUrl, secretName }: MailContext,
): readonly Block[] {
  if (cause === 'connectionDisabled')
    return [{ command: settingsCommand(adminUrl, id, { enabled: true }) }];
  if (cause === 'groupsOff') {
    return [
      { text: 'To let it take groups:' },
      { command: settingsCommand(adminUrl, id, { groups: true }) },
    ];
  }
  if (cause !== 'tokenRefused' || secretName === undefined) return [];
  return [{ text: 'To read the current token:' }, { command: readCommand(secretName) }];
}

/** The mail that tells that requests go well again. */
export function recoveryMail(
  { since, causes }: RecoveryNotice,
  { connection, adminUrl }: MailContext,
): Mail {
  const { name } = consoleLabelsOf(connection.identityProvider);
  const titles = causes.map(
    ({ cause, attribute }) => explain(cause, connection.identityProvider, attribute).title,
  );
  return render(`SCIM provisioning of ${connection.displayName} works again`, [
    {
      text: `Requests of ${name} to the SCIM connection "${connection.displayName}" (${connection.id}) go well again. Some had failed since ${dateOf(since)}.`,
    },
    ...(titles.length === 0
      ? []
      : [
          { text: 'You were told of these causes in the last day:' },
          { steps: titles },
          {
            text: 'One that is about a single user or group may still have to be corrected. When it comes again, you are told so a day after its last mail, with how often. Until then it is in the log:',
          },
          { command: logCommand(adminUrl, connection.id, '?status=failed') },
        ]),
  ]);
}

function requests(causes: readonly FailedCause[], more = ''): string {
  const sum = causes.reduce((total, { count }) => total + count, 0);
  // When so many of one cause came, some of them may not have been written down.
  const isLeast = causes.some(({ count }) => count >= LOGGED_ONE_BY_ONE);
  return `${isLeast ? 'at least ' : ''}${sum}${more} ${sum === 1 ? 'request' : 'requests'}`;
}
