import { webhookNoticeWrite } from '../../directory/notices/notice-item';
import type { WebhookNotice } from '../../directory/notices/notice';
import type { Table } from '../../directory/store/table';
import { DISABLED_AFTER_MS } from '../../events/webhooks/schedule';

const DAY_MS = 86_400_000;

/**
 * Tells people about a receiver that accepts nothing.
 * @param isStream whether it receives security event tokens
 * @param since RFC 3339: since when
 * @param isGone whether it has answered 410
 * @returns why it has to be disabled: it is gone, or has failed for five days; else undefined
 */
export async function reportFailing(
  table: Table,
  { id, url, isStream }: { readonly id: string; readonly url: string; readonly isStream: boolean },
  { since, isGone }: { readonly since: string; readonly isGone: boolean },
): Promise<'gone' | 'failing' | undefined> {
  const failingFor = Date.now() - Date.parse(since);
  const isDisabled = isGone || failingFor >= DISABLED_AFTER_MS;
  const state: WebhookNotice['state'] = isGone
    ? 'disabledAsGone'
    : isDisabled
      ? 'disabledAsFailing'
      : failingFor >= DAY_MS
        ? 'failingForADay'
        : 'failing';
  const { host } = new URL(url);
  const notice: WebhookNotice = { kind: 'webhook', webhook: id, isStream, host, state, since };
  await table.write([webhookNoticeWrite(notice)]);
  if (!isDisabled) return undefined;
  return isGone ? 'gone' : 'failing';
}
