import type { WebhookNotice } from '../../directory/notices/notice';
import { cliCommand } from './commands';
import { dateOf, render, type Mail } from './mail';

/** Creates the mail about a webhook endpoint that does not accept events. */
export function webhookMail(
  { webhook, host, state, since }: WebhookNotice,
  adminUrl: string,
): Mail {
  const deliveries = cliCommand(adminUrl, `webhooks deliveries ${webhook} --failed`);
  const enable = cliCommand(adminUrl, `webhooks update ${webhook} --enable`);
  const kept = 'Events wait for the endpoint, and are kept for the retention of the event log.';
  const look = { text: 'See what it answers:', command: deliveries };
  const enableAgain = { text: 'When it works again, enable it:', command: enable };
  switch (state) {
    case 'failing':
      return render(`SCIM service: the webhook at ${host} does not accept events`, [
        {
          text:
            `The webhook endpoint ${webhook} at ${host} did not accept an event on ` +
            `${dateOf(since)}. It is tried again in growing intervals for three days. ${kept}`,
        },
        look,
      ]);
    case 'failingForADay':
      return render(`SCIM service: the webhook at ${host} has been failing for a day`, [
        {
          text:
            `The webhook endpoint ${webhook} at ${host} has accepted nothing since ` +
            `${dateOf(since)}. It will be disabled after five days without success. ${kept}`,
        },
        look,
      ]);
    case 'disabledAsGone':
      return render(`SCIM service: the webhook at ${host} is disabled`, [
        {
          text:
            `The webhook endpoint ${webhook} at ${host} answered 410 (Gone), which means that it ` +
            `wants no more events. ${kept}`,
        },
        enableAgain,
      ]);
    case 'disabledAsFailing':
      return render(`SCIM service: the webhook at ${host} is disabled`, [
        {
          text:
            `The webhook endpoint ${webhook} at ${host} has accepted nothing since ` +
            `${dateOf(since)}, and was disabled after five days. ${kept}`,
        },
        look,
        enableAgain,
      ]);
  }
}
