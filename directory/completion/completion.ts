import { Connections } from '../connections/connections';
import { convertUserNames } from '../conversion/worker';
import { eraseEntries } from '../log/erasure';
import { completeDeletion, endDeletion } from '../memberships/deletions';
import { completeOrDelete } from '../memberships/member-edits';
import { reviveRequest } from '../requests/accepted-requests';
import { inParallel } from '../store/batches';
import {
  deleteIntent,
  handOver,
  intentsBefore,
  isOlder,
  type Intent,
  type Resync,
} from '../store/intents';
import { HAND_OVER_MS } from '../store/retries';
import type { Table } from '../store/table';
import { freeConnectionId, purgeConnection } from './purge';

/** After this time no request works on its intent any more: functions end after 28 seconds. */
export const ABANDONED_AFTER_MS = 60_000;

/**
 * After this time a deletion's memberships are checked for the last time: all writers that read the
 * resource before its deletion have ended, including the `completion` function with its five
 * minutes, and the index is consistent with the table.
 */
export const FINAL_CHECK_AFTER_MS = 7 * 60_000;

/** Intents completed in parallel. */
const WIDTH = 8;

/** Points in time, in milliseconds since the epoch. */
export interface Ages {
  /** Intents recorded since then belong to their requests. */
  readonly abandoned: number;
  /** Deletions recorded since then are kept for another check. */
  readonly finalCheck: number;
}

/**
 * Repeats the state of a connection as events. The events are made outside of the directory.
 * @returns false if there was not enough time
 */
export type ResyncWorker = (table: Table, intent: Resync) => Promise<boolean>;

/**
 * Completes the intents that requests have abandoned, as far as time allows.
 * @param onFailure called for an intent that cannot be completed; the others are continued
 */
export async function completeAbandoned(
  table: Table,
  { abandoned, finalCheck }: Ages,
  onFailure: (intent: Intent, error: unknown) => void,
  resync: ResyncWorker,
): Promise<void> {
  const complete = async (intent: Intent): Promise<void> => {
    if (table.retries.timeLeft < HAND_OVER_MS) return;
    try {
      if (!(await completeIntent(table, intent, resync))) return;
      if (intent.kind === 'deletion' && isOlder(intent, finalCheck)) {
        await endDeletion(table, intent);
      }
      // The connection was searched again after its last request had ended.
      if (intent.kind === 'purge') await freeConnectionId(table, intent);
    } catch (error) {
      onFailure(intent, error);
    }
  };
  for await (const intents of intentsBefore(table, abandoned)) {
    await inParallel(intents, WIDTH, complete);
    if (table.retries.timeLeft < HAND_OVER_MS) return;
  }
}

/**
 * Completes an intent. Any worker may do it.
 * @returns false if there was not enough time, and the intent was handed over again
 */
export async function completeIntent(
  table: Table,
  intent: Intent,
  resync: ResyncWorker,
): Promise<boolean> {
  if (intent.kind === 'resync') {
    if (await resync(table, intent)) {
      await deleteIntent(table, intent);
      return true;
    }
    await handOver(table, intent);
    return false;
  }
  if (intent.kind === 'conversion') {
    const connection = await new Connections(table).find(intent.connection);
    const outcome = await convertUserNames(table, intent, connection?.actsAs);
    if (outcome === 'done') await deleteIntent(table, intent);
    if (outcome === 'later') await handOver(table, intent);
    return outcome === 'done';
  }
  // The function `requests` performs it; here is only what was abandoned.
  if (intent.kind === 'request') return reviveRequest(table, intent);
  if (intent.kind === 'purge') {
    if (await purgeConnection(table, intent)) return true;
    await handOver(table, intent);
    return false;
  }
  // The base URL is not needed: nothing here renders a resource.
  const tenant = { table, connection: intent.connection, baseUrl: '' };
  if (intent.kind === 'members') return completeOrDelete(tenant, intent);
  const isErased = intent.erases !== true || (await eraseEntries(tenant, intent.resource));
  if (isErased && (await completeDeletion(tenant, intent))) return true;
  await handOver(table, intent);
  return false;
}
