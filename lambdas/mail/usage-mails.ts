import type { UsageNotice } from '../../directory/notices/notice';
import { consoleLabelsOf } from '../../idp/explanations/console';
import { capitalized, dateOf, logCommand, render, type Mail, type MailContext } from './mail';

/** The mail that tells that a connection is not used any more. */
export function silenceMail({ since }: UsageNotice, { connection, adminUrl }: MailContext): Mail {
  const { name, progress, test } = consoleLabelsOf(connection.identityProvider);
  return render(`SCIM provisioning of ${connection.displayName} has gone silent`, [
    {
      text: `${capitalized(name)} has sent nothing to the SCIM connection "${connection.displayName}" (${connection.id}) since ${dateOf(since)}: much longer than it ever paused in the last weeks. While it sends nothing, nobody is created, and nobody who leaves loses access.`,
    },
    {
      text: 'If nothing has changed there, for example during a holiday, nothing is wrong. Otherwise:',
    },
    {
      steps: [
        `See whether provisioning still runs: ${progress}.`,
        `Check that it reaches this service: ${test}.`,
        'See what came last, and whether it failed:',
      ],
    },
    { command: logCommand(adminUrl, connection.id) },
    {
      text: 'A connection that is not needed any more can be disabled (PATCH it with "enabled": false); then it is not missed.',
    },
  ]);
}

/** The mail that tells that a connection is used only now and then. */
export function quarantineMail(
  { since }: UsageNotice,
  { connection, adminUrl }: MailContext,
): Mail {
  const { name, quarantine = '' } = consoleLabelsOf(connection.identityProvider);
  return render(`SCIM provisioning of ${connection.displayName} may be in quarantine`, [
    {
      text: `${capitalized(name)} used the SCIM connection "${connection.displayName}" (${connection.id}) much more often until ${dateOf(since)}. Since then it has only called now and then, as it does when it has put provisioning in quarantine and tries whether it works again. In quarantine nobody is created, and nobody who leaves loses access.`,
    },
    { text: quarantine },
    { text: 'What failed here before:' },
    { command: logCommand(adminUrl, connection.id, '?status=failed') },
  ]);
}
