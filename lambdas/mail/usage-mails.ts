import type { UsageNotice } from '../../directory/notices/notice';
import { consoleLabelsOf } from '../../idp/explanations/console';
import { capitalized } from '../../idp/explanations/text';
import { cliCommand, logCommand } from './commands';
import {
  contactBlocks,
  dateOf,
  forOperators,
  nameOf,
  render,
  type Mail,
  type MailContext,
} from './mail';

/** Creates the mail about a connection that is no longer used. */
export function silenceMail({ since }: UsageNotice, context: MailContext): Mail {
  const { connection, adminUrl } = context;
  const { name, progress, test } = consoleLabelsOf(connection.identityProvider);
  return render(`SCIM provisioning of ${connection.displayName} has gone silent`, [
    {
      text:
        `${capitalized(name)} has sent nothing to ${nameOf(connection)} since ${dateOf(since)}, ` +
        'much longer than any pause in recent weeks. If provisioning has stopped, new users are ' +
        'not created, and users who leave keep their access.',
    },
    {
      text:
        `If no users or groups were changed in ${name}, for example during a holiday, you need ` +
        'to do nothing. Otherwise:',
    },
    {
      steps: [
        `Check whether provisioning is still running: ${progress}.`,
        `Check whether it reaches this service: ${test}.`,
      ],
    },
    ...forOperators(
      context,
      { text: 'To see the latest requests:' },
      { command: logCommand(adminUrl, connection.id) },
      { text: 'If you no longer need this connection, disable it to stop these mails:' },
      { command: cliCommand(adminUrl, `connections disable ${connection.id}`) },
    ),
    ...contactBlocks(context),
  ]);
}

/** Creates the mail about a connection that the identity provider may have quarantined. */
export function quarantineMail({ since }: UsageNotice, context: MailContext): Mail {
  const { connection, adminUrl } = context;
  const { name, quarantine = '' } = consoleLabelsOf(connection.identityProvider);
  return render(`SCIM provisioning of ${connection.displayName} may be in quarantine`, [
    {
      text:
        `Since ${dateOf(since)}, ${name} has sent far fewer requests to ${nameOf(connection)} ` +
        'than before, as it does when provisioning is in quarantine. Changes arrive late or not ' +
        'at all.',
    },
    { text: quarantine },
    ...forOperators(
      context,
      { text: 'To see the requests that failed here:' },
      { command: logCommand(adminUrl, connection.id, '--failed') },
    ),
    ...contactBlocks(context),
  ]);
}
