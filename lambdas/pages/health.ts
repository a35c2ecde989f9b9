import type { Connection, DeletedConnection } from '../../directory/connections/connection';
import { isLive } from '../../directory/connections/tokens';
import { silentSince } from '../../directory/connections/usage-pattern';
import { unadoptedToken } from '../../directory/notices/token-expiry';
import type { Health } from '../../ui/data';
import { durationText } from '../../ui/duration';

const DAY_MS = 86_400_000;

/** A token that ends within this time without a replacement needs attention. */
const NEAR_MS = 14 * DAY_MS;

/**
 * Returns the health of a connection.
 * @param failures failed requests of the present day
 * @param now milliseconds since the epoch
 */
export function healthOf(
  connection: Connection | DeletedConnection,
  failures: number,
  now = Date.now(),
): Health {
  if ('deletedAt' in connection) return { state: 'idle', text: 'Being deleted' };
  const { enabled, failing, usagePattern, tokens } = connection;
  if (!enabled) return { state: 'idle', text: 'Disabled' };
  if (failing !== undefined) return { state: 'bad', text: 'Failing' };
  const main = tokens.filter(({ scopes, pending }) => scopes === undefined && pending !== true);
  const ends = main.filter((token) => isLive(token, new Date(now))).map(endOf);
  if (ends.length === 0) return { state: 'bad', text: 'No valid token' };
  const earlier = unadoptedToken(tokens, now);
  if (earlier !== undefined) {
    const left = durationText(Date.parse(earlier.earlierUntil) - now);
    return { state: 'warning', text: `Old token in use, ends in ${left}` };
  }
  if (usagePattern === undefined)
    return failedToday(failures) ?? { state: 'idle', text: 'Never used' };
  const end = Math.max(...ends);
  if (end - now < NEAR_MS) {
    return { state: 'warning', text: `Token ends in ${durationText(end - now)}` };
  }
  const silence = silentSince(usagePattern, now);
  if (silence !== undefined) {
    return { state: 'warning', text: `Silent for ${durationText(now - Date.parse(silence))}` };
  }
  return failedToday(failures) ?? { state: 'ok', text: 'Healthy' };
}

function failedToday(failures: number): Health | undefined {
  if (failures === 0) return undefined;
  const text = failures === 1 ? '1 request failed today' : `${failures} requests failed today`;
  return { state: 'warning', text };
}

/** Returns whether an operator should look at a connection. */
export function needsAttention({ state }: Health): boolean {
  return state === 'bad' || state === 'warning';
}

function endOf({ expiresAt }: { readonly expiresAt: string }): number {
  return Date.parse(expiresAt);
}
