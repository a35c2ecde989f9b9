import type { WebhookNotice } from '../../directory/notices/notice';
import { cliCommand } from './commands';
import { dateOf, render, type Mail } from './mail';

/**
 * Creates the mail about a webhook endpoint that does not accept events, or about a stream whose
 * receiver accepts no tokens.
 */
export function webhookMail(
  { webhook, isStream, host, state, since }: WebhookNotice,
  adminUrl: string,
): Mail {
  const [name, id] = isStream
    ? ['security event stream to', `security event stream ${webhook} to`]
    : ['webhook at', `webhook endpoint ${webhook} at`];
  const deliveries = isStream
    ? `api GET '/streams/${webhook}/deliveries?status=failed'`
    : `webhooks deliveries ${webhook} --failed`;
  const enable = isStream
    ? `api PATCH /streams/${webhook} --body '{"enabled": true}'`
    : `webhooks update ${webhook} --enable`;
  const kept = 'Events wait for it, and are kept for the retention of the event log.';
  const look = { text: 'See what it answers:', command: cliCommand(adminUrl, deliveries) };
  const enableAgain = {
    text: 'When it works again, enable it:',
    command: cliCommand(adminUrl, enable),
  };
  switch (state) {
    case 'failing':
      return render(`SCIM service: the ${name} ${host} does not accept events`, [
        {
          text:
            `The ${id} ${host} did not accept an event on ` +
            `${dateOf(since)}. It is tried again in growing intervals for three days. ${kept}`,
        },
        look,
      ]);
    case 'failingForADay':
      return render(`SCIM service: the ${name} ${host} has been failing for a day`, [
        {
          text:
            `The ${id} ${host} has accepted nothing since ` +
            `${dateOf(since)}. It will be disabled after five days without success. ${kept}`,
        },
        look,
      ]);
    case 'disabledAsGone':
      return render(`SCIM service: the ${name} ${host} is disabled`, [
        {
          text:
            `The ${id} ${host} answered 410 (Gone), which means that it ` +
            `wants no more events. ${kept}`,
        },
        enableAgain,
      ]);
    case 'disabledAsFailing':
      return render(`SCIM service: the ${name} ${host} is disabled`, [
        {
          text:
            `The ${id} ${host} has accepted nothing since ` +
            `${dateOf(since)}, and was disabled after five days. ${kept}`,
        },
        look,
        enableAgain,
      ]);
  }
}
