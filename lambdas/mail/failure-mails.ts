import type { FailedCause, FailuresNotice, RecoveryNotice } from '../../directory/notices/notice';
import { consoleLabelsOf } from '../../idp/explanations/console';
import { explain } from '../../idp/explanations/explanations';
import { capitalized } from '../../idp/explanations/text';
import { LOGGED_ONE_BY_ONE } from '../observability/failure-limits';
import { cliCommand, logCommand, readTokenCommand } from './commands';
import {
  contactBlocks,
  dateOf,
  forOperators,
  nameOf,
  quotedName,
  render,
  type Block,
  type Mail,
  type MailContext,
} from './mail';

/** Names shown per cause. */
const SHOWN_NAMES = 3;

/** Creates the mail about requests that failed, or whose unknown members were skipped. */
export function failuresMail({ causes }: FailuresNotice, context: MailContext): Mail {
  const { connection, adminUrl } = context;
  const { name } = consoleLabelsOf(connection.identityProvider);
  const failed = causes.filter(({ status }) => status === 0 || status >= 400);
  const partial = causes.filter((cause) => !failed.includes(cause));
  if (failed.length === 0) return skippedMembersMail(partial, context);
  const isSummary = failed.every(({ status }) => status === 0);
  const count = requests(failed, isSummary ? ' more' : '');
  const causesCount = failed.length === 1 ? '1 cause' : `${failed.length} causes`;
  return render(`SCIM provisioning of ${connection.displayName}: ${count} failed`, [
    {
      text: isSummary
        ? `We have already reported these failures of ${nameOf(connection)}. They continue: ` +
          `${count} from ${name} failed since then.`
        : `${capitalized(count)} from ${name} to ${nameOf(connection)} failed, ` +
          `for ${causesCount}.`,
    },
    ...failed.flatMap((cause, index) => causeBlocks(cause, index + 1, context)),
    ...forOperators(
      context,
      { text: 'To see every failed request:' },
      { command: logCommand(adminUrl, connection.id, '--failed') },
    ),
    ...skippedMembersBlocks(partial, failed.length, context),
    {
      text:
        'We report each cause at most once a day, with a count. New causes are reported right ' +
        'away.',
    },
    ...contactBlocks(context),
  ]);
}

/** The mail if all requests succeeded, apart from some members. */
function skippedMembersMail(causes: readonly FailedCause[], context: MailContext): Mail {
  const { displayName } = context.connection;
  const subject = `SCIM provisioning of ${displayName}: members skipped in ${requests(causes)}`;
  return render(subject, [...skippedMembersBlocks(causes, 0, context), ...contactBlocks(context)]);
}

/** @param before how many causes the mail lists before these */
function skippedMembersBlocks(
  causes: readonly FailedCause[],
  before: number,
  context: MailContext,
): readonly Block[] {
  if (causes.length === 0) return [];
  const { connection, adminUrl } = context;
  const { name } = consoleLabelsOf(connection.identityProvider);
  return [
    {
      text:
        `${capitalized(requests(causes))} from ${name} to ${nameOf(connection)} named group ` +
        'members that do not exist. These members were skipped; everything else was done.',
    },
    ...causes.flatMap((cause, index) => causeBlocks(cause, before + index + 1, context)),
    ...forOperators(
      context,
      { text: 'To see these requests:' },
      { command: logCommand(adminUrl, connection.id, '--cause unknownMember') },
    ),
  ];
}

function causeBlocks(failed: FailedCause, number: number, context: MailContext): readonly Block[] {
  const { cause, attribute, status, names, detail, received } = failed;
  const { identityProvider } = context.connection;
  const { name } = consoleLabelsOf(identityProvider);
  const { title, meaning, remedy } = explain(cause, identityProvider, attribute, context.audience);
  const shown = names.slice(0, SHOWN_NAMES).map(quotedName).join(', ');
  const others = names.length > SHOWN_NAMES ? ' and others' : '';
  const affected = names.length === 0 ? '' : ` Affected: ${shown}${others}.`;
  const sent =
    received === undefined
      ? ''
      : `, but ${name} sent ${received === 'nothing' ? 'no value' : received}`;
  // The detail is that of the first request; what others skipped may differ.
  const example = detail === undefined || status < 400 ? '' : ` For example, ${detail}${sent}.`;
  return [
    { text: `${number}. ${title}: ${requests([failed])}` },
    { text: `${meaning}${example}${affected}` },
    { text: `What to do: ${remedy}` },
    ...forOperators(context, ...commandsFor(cause, context)),
  ];
}

/** Returns commands for remedies that an operator applies here, not in the identity provider. */
function commandsFor(cause: string, context: MailContext): readonly Block[] {
  const { connection, adminUrl, secretName } = context;
  const { id } = connection;
  switch (cause) {
    case 'connectionDisabled':
      return [{ command: cliCommand(adminUrl, `connections enable ${id}`) }];
    case 'groupsOff':
      return [
        { text: 'To let the connection accept groups:' },
        { command: cliCommand(adminUrl, `connections update ${id} --with-groups`) },
      ];
    case 'tokenRefused':
      if (secretName === undefined) return [];
      return [{ text: 'To read the current token:' }, { command: readTokenCommand(secretName) }];
    default:
      return [];
  }
}

/** Creates the mail about requests that succeed again. */
export function recoveryMail({ since, causes }: RecoveryNotice, context: MailContext): Mail {
  const { connection, adminUrl } = context;
  const { identityProvider, displayName, id } = connection;
  const { name } = consoleLabelsOf(identityProvider);
  const titles = causes.map(
    ({ cause, attribute }) => explain(cause, identityProvider, attribute).title,
  );
  return render(`SCIM provisioning of ${displayName} works again`, [
    {
      text:
        `Requests from ${name} to ${nameOf(connection)} succeed again. Some had failed since ` +
        `${dateOf(since)}.`,
    },
    ...(titles.length === 0
      ? []
      : [
          { text: 'We reported these causes within the last day:' },
          { steps: titles },
          {
            text:
              'A cause that affects a single user or group may still need a correction. If it ' +
              'happens again, the next mail about it comes a day after the last one.',
          },
          ...forOperators(
            context,
            { text: 'The log shows it right away:' },
            { command: logCommand(adminUrl, id, '--failed') },
          ),
        ]),
    ...contactBlocks(context),
  ]);
}

function requests(causes: readonly FailedCause[], more = ''): string {
  const sum = causes.reduce((total, { count }) => total + count, 0);
  // Beyond this number, not every failure is in the log, so that the count is a lower bound.
  const isLowerBound = causes.some(({ count }) => count >= LOGGED_ONE_BY_ONE);
  const noun = sum === 1 ? 'request' : 'requests';
  return `${isLowerBound ? 'at least ' : ''}${sum}${more} ${noun}`;
}
