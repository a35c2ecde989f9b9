import { inParallel } from '../store/batches';
import { completeDeletion } from '../memberships/deletions';
import { deleteIntent, handOver, intentsBefore, isOlder, type Intent } from '../store/intents';
import { completeOrDelete } from '../memberships/member-edits';
import { purgeConnection, freeConnectionId } from './purge';
import { HAND_OVER_MS } from '../store/retries';
import type { Table } from '../store/table';

/** Milliseconds after which no request is still doing what it has begun: a function ends after 28 seconds. */
export const ABANDONED_AFTER_MS = 60_000;

/**
 * Milliseconds after which a deletion is looked after for the last time: nothing that read the resource before it was gone is still writing, the function
 * `completion` with its five minutes included, and the index shows everything that was written.
 */
export const FINAL_CHECK_AFTER_MS = 7 * 60_000;

/** Intents that are completed at the same time. */
const WIDTH = 8;

/** From when on intents are whose, in milliseconds since the epoch. */
export interface Ages {
  /** Intents since then are left to those who recorded them. */
  readonly abandoned: number;
  /** Deletions since then are looked after again another time. */
  readonly finalCheck: number;
}

/**
 * Does what requests have left behind, as far as time allows.
 * @param failed is told of an intent that cannot be completed; the others go on
 */
export async function completeAbandoned(
  table: Table,
  { abandoned, finalCheck: settled }: Ages,
  failed: (intent: Intent, error: unknown) => void,
): Promise<void> {
  const complete = async (intent: Intent): Promise<void> => {
    if (table.retries.timeLeft < HAND_OVER_MS) return;
    try {
      const isComplete = await completeIntent(table, intent);
      if (isComplete && intent.kind === 'deletion' && isOlder(intent, settled))
        await deleteIntent(table, intent);
      // It has been looked through after the last request of the connection has ended.
      if (isComplete && intent.kind === 'purge') await freeConnectionId(table, intent);
    } catch (error) {
      failed(intent, error);
    }
  };
  for await (const intents of intentsBefore(table, abandoned)) {
    await inParallel(intents, WIDTH, complete);
    if (table.retries.timeLeft < HAND_OVER_MS) return;
  }
}

/** Does what is left of an intent, whoever recorded it. @returns false when it goes on elsewhere: the time was not enough */
export async function completeIntent(table: Table, intent: Intent): Promise<boolean> {
  if (intent.kind === 'purge') {
    if (await purgeConnection(table, intent)) return true;
    await handOver(table, intent);
    return false;
  }
  // Nothing here shows a resource's location.
  const scope = { table, connection: intent.connection, baseUrl: '' };
  if (intent.kind === 'members') return completeOrDelete(scope, intent);
  if (await completeDeletion(scope, intent)) return true;
  await handOver(table, intent);
  return false;
}
