import { inParallel } from './batches';
import { completeDeletion } from './deletions';
import { forget, handOver, intentsBefore, type Intent } from './intents';
import { completeOrForget, completing } from './member-edits';
import type { Table } from './table';

/**
 * Milliseconds after which nothing that a request has begun is still being done by it (a function ends after 28 seconds), and the index shows
 * everything that the request wrote.
 */
export const ABANDONED_AFTER_MS = 60_000;

/** Intents that are completed at the same time. */
const WIDTH = 8;

/** What a completion of several intents came to. */
export interface Completed {
  readonly completed: number;
  /** Those that wait for another time: theirs was not enough, or they failed. */
  readonly left: number;
}

/**
 * Does what requests have left behind.
 * @param before milliseconds since the epoch: intents since then are left to those who recorded them
 * @param failed is told of an intent that cannot be completed; the others go on
 */
export async function completeAbandoned(
  table: Table,
  before: number,
  failed: (intent: Intent, error: unknown) => void,
): Promise<Completed> {
  const sum = { completed: 0, left: 0 };
  let batch: Intent[] = [];
  const complete = async (): Promise<void> => {
    const results = await inParallel(batch, WIDTH, (intent) => completeOne(table, intent, failed));
    sum.completed += results.filter(Boolean).length;
    sum.left += results.filter((isCompleted) => !isCompleted).length;
    batch = [];
  };
  for await (const intent of intentsBefore(table, before)) {
    batch.push(intent);
    if (batch.length === WIDTH * 4) await complete();
  }
  await complete();
  return sum;
}

/** Completes one intent and forgets it. @returns false when it is to be tried another time */
async function completeOne(
  table: Table,
  intent: Intent,
  failed: (intent: Intent, error: unknown) => void,
): Promise<boolean> {
  // Nothing here shows a resource's location.
  const scope = { table, connection: intent.connection, baseUrl: '' };
  try {
    if (intent.kind === 'members') return await completeOrForget(scope, intent);
    if (await completeDeletion(scope, intent, completing(scope))) {
      await forget(table, intent);
      return true;
    }
    await handOver(table, intent);
  } catch (error) {
    failed(intent, error);
  }
  return false;
}

/** Completes an intent that a request had no time for; the deletion of a resource is looked after once more later. */
export async function completeHandedOver(table: Table, intent: Intent): Promise<void> {
  const scope = { table, connection: intent.connection, baseUrl: '' };
  if (intent.kind === 'members') await completeOrForget(scope, intent);
  else if (!(await completeDeletion(scope, intent, completing(scope)))) await handOver(table, intent);
}
