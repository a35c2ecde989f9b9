import type { UsageNotice } from '../../directory/notices/notice';
import { consoleLabelsOf } from '../../idp/explanations/console';
import { logCommand } from './commands';
import { capitalized, dateOf, nameOf, render, type Mail, type MailContext } from './mail';

const CONSEQUENCE =
  'In the meantime, new users are not created, and users who leave keep their access.';

/** Creates the mail about a connection that is no longer used. */
export function silenceMail({ since }: UsageNotice, { connection, adminUrl }: MailContext): Mail {
  const { name, progress, test } = consoleLabelsOf(connection.identityProvider);
  return render(`SCIM provisioning of ${connection.displayName} has gone silent`, [
    {
      text:
        `${capitalized(name)} has sent nothing to ${nameOf(connection)} since ${dateOf(since)}, ` +
        `much longer than in any pause of the last weeks. ${CONSEQUENCE}`,
    },
    {
      text:
        'If nothing has changed in the identity provider, for example during a holiday, ' +
        'everything is fine. Otherwise:',
    },
    {
      steps: [
        `Check that provisioning is still running: ${progress}.`,
        `Check that it reaches this service: ${test}.`,
        'Look at the latest requests, and whether they failed:',
      ],
    },
    { command: logCommand(adminUrl, connection.id) },
    {
      text:
        'If you no longer need this connection, disable it (PATCH it with "enabled": false) to ' +
        'stop these mails.',
    },
  ]);
}

/** Creates the mail about a connection that the identity provider may have quarantined. */
export function quarantineMail(
  { since }: UsageNotice,
  { connection, adminUrl }: MailContext,
): Mail {
  const { name, quarantine = '' } = consoleLabelsOf(connection.identityProvider);
  return render(`SCIM provisioning of ${connection.displayName} may be in quarantine`, [
    {
      text:
        `Until ${dateOf(since)}, ${name} used ${nameOf(connection)} much more often. Since then ` +
        'it has only called now and then, as it does when provisioning is in quarantine. ' +
        CONSEQUENCE,
    },
    { text: quarantine },
    { text: 'Requests that failed here before:' },
    { command: logCommand(adminUrl, connection.id, '?status=failed') },
  ]);
}
