import type { Connection } from '../../../directory/connections/connection';
import { Connections } from '../../../directory/connections/connections';
import { quarantinedSince, silentSince } from '../../../directory/connections/usage-pattern';
import type { TokenNotice, UsageNotice } from '../../../directory/notices/notice';
import { makeNotice } from '../../../directory/notices/notice-queue';
import {
  dueAdoption,
  dueReminder,
  latestSecrets,
  neededTokens,
  secretsNearExpiry,
  tokensNearExpiry,
  unadoptedToken,
} from '../../../directory/notices/token-expiry';
import { HAND_OVER_MS } from '../../../directory/store/retries';
import type { Table } from '../../../directory/store/table';
import { consoleLabelsOf } from '../../../idp/explanations/console';
import { recipientsOf } from '../../mail/recipients';
import { reportConnectionMetrics } from '../../observability/metrics';

/** Connections per page. */
const PAGE = 100;

/**
 * Creates the notices that depend on time: about tokens that expire soon, and connections that are
 * no longer used. Reports the number of both as metrics.
 */
export async function createReminders(table: Table): Promise<void> {
  const connections = new Connections(table);
  let [nearExpiry, silent] = [0, 0];
  let after: string | undefined;
  do {
    const page = await connections.list(PAGE, after);
    for (const connection of page.connections) {
      if (!('tokens' in connection) || !connection.enabled) continue;
      const usage = usageNotices(connection);
      nearExpiry += tokensNearExpiry(neededTokens(connection)) + secretsNearExpiry(connection);
      silent += usage.length;
      if (recipientsOf(connection).length === 0) continue;
      const notices = [
        ...expiryNotices(connection),
        ...secretNotices(connection),
        ...adoptionNotices(connection),
        ...usage,
      ];
      for (const notice of notices) {
        await makeNotice(table, notice);
      }
    }
    after = page.next;
  } while (after !== undefined && table.retries.timeLeft > HAND_OVER_MS);
  reportConnectionMetrics(nearExpiry, silent);
}

function expiryNotices(owner: Connection): readonly TokenNotice[] {
  const { id: connection } = owner;
  return neededTokens(owner).flatMap((token) => {
    const days = dueReminder(token);
    if (days === undefined) return [];
    const { id, expiresAt } = token;
    return [{ connection, kind: 'tokenExpires', token: id, expiresAt, days }];
  });
}

function secretNotices(owner: Connection): readonly TokenNotice[] {
  const { id: connection } = owner;
  return latestSecrets(owner).flatMap(({ client, secret }) => {
    const days = dueReminder(secret);
    if (days === undefined) return [];
    const { id: token, expiresAt } = secret;
    return [{ connection, kind: 'secretExpires', token, expiresAt, days, client: client.id }];
  });
}

function adoptionNotices({ id: connection, tokens }: Connection): readonly TokenNotice[] {
  const unadopted = unadoptedToken(tokens);
  const reminder = unadopted === undefined ? undefined : dueAdoption(unadopted);
  if (unadopted === undefined || reminder === undefined) return [];
  const { id: token, earlierUntil } = unadopted;
  const expiresAt = earlierUntil;
  return [{ connection, kind: 'tokenNotAdopted', token, expiresAt, earlierUntil, reminder }];
}

/** Returns at most one notice; none if recipients already know that no request gets in. */
function usageNotices(connection: Connection): readonly UsageNotice[] {
  const { id, usagePattern, failing, identityProvider } = connection;
  if (usagePattern === undefined || failing === 'request') return [];
  const hasQuarantine = consoleLabelsOf(identityProvider).quarantine !== undefined;
  const quarantined = hasQuarantine ? quarantinedSince(usagePattern) : undefined;
  if (quarantined !== undefined) {
    return [{ kind: 'quarantined', connection: id, since: quarantined }];
  }
  const silent = silentSince(usagePattern);
  return silent === undefined ? [] : [{ kind: 'silent', connection: id, since: silent }];
}
