import type { Connection } from '../../../directory/connections/connection';
import { Connections } from '../../../directory/connections/connections';
import { dueReminder, tokensNearExpiry } from '../../../directory/notices/token-expiry';
import { makeNotice } from '../../../directory/notices/notice-queue';
import type { UsageNotice, TokenNotice } from '../../../directory/notices/notice';
import { HAND_OVER_MS } from '../../../directory/store/retries';
import { silentSince, quarantinedSince } from '../../../directory/connections/usage-pattern';
import type { Table } from '../../../directory/store/table';
import { consoleLabelsOf } from '../../../idp/explanations/console';
import { reportConnectionMetrics } from '../../observability/metrics';
import { recipientsOf } from '../../mail/delivery';

/** Connections that are read at a time. */
const PAGE = 100;

/** Makes the notices of what time brings about: tokens that are about to end, connections that are not used any more. Counts both. */
export async function createReminders(table: Table): Promise<void> {
  const connections = new Connections(table);
  let [nearExpiry, silent] = [0, 0];
  let after: string | undefined;
  do {
    const page = await connections.list(PAGE, after);
    for (const connection of page.connections) {
      if (!('tokens' in connection) || !connection.enabled) continue;
      const usage = usageNotices(connection);
      nearExpiry += tokensNearExpiry(connection.tokens);
      silent += usage.length;
      if (recipientsOf(connection).length === 0) continue;
      for (const notice of [...expiryNotices(connection), ...usage])
        await makeNotice(table, notice);
    }
    after = page.next;
  } while (after !== undefined && table.retries.timeLeft > HAND_OVER_MS);
  reportConnectionMetrics(nearExpiry, silent);
}

function expiryNotices({ id: connection, tokens }: Connection): readonly TokenNotice[] {
  return tokens.flatMap((token) => {
    const days = dueReminder(token);
    if (days === undefined) return [];
    return [
      { connection, kind: 'tokenExpires', token: token.id, expiresAt: token.expiresAt, days },
    ];
  });
}

/** One at most. Of a connection that lets nobody in its recipients know already. */
function usageNotices({
  id: connection,
  usagePattern,
  failing,
  identityProvider,
}: Connection): readonly UsageNotice[] {
  if (usagePattern === undefined || failing === 'request') return [];
  const tries =
    consoleLabelsOf(identityProvider).quarantine === undefined
      ? undefined
      : quarantinedSince(usagePattern);
  if (tries !== undefined) return [{ kind: 'quarantined', connection, since: tries }];
  const silence = silentSince(usagePattern);
  return silence === undefined ? [] : [{ kind: 'silent', connection, since: silence }];
}
