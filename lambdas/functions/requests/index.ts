import { inParallel } from '../../../directory/store/batches';
import { findIntent } from '../../../directory/store/intents';
import { performRequest } from '../../asynchronous/perform-request';
import { logFailure } from '../../observability/log';
import { logRetentionDays, openTable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';
import type { CompletionTask } from '../../runtime/tasks';

const shared = openTable();
const logDays = logRetentionDays();

/** Requests that are performed in parallel. */
const WIDTH = 4;

/** Performs requests that were accepted with `Prefer: respond-async`, after their answer. */
export async function handler(
  { intents }: CompletionTask,
  { awsRequestId, getRemainingTimeInMillis }: Invocation,
): Promise<void> {
  const deadline = Date.now() + getRemainingTimeInMillis() - 5000;
  const openUntil = (until: number) => shared.forRequest(until);
  const failed: unknown[] = [];
  await inParallel(intents, WIDTH, async (key) => {
    try {
      const task = await findIntent(openUntil(deadline), key);
      if (task?.kind !== 'request') return;
      await performRequest(task, { openTable: openUntil, deadline, logDays });
    } catch (error) {
      // The function `completion` hands the request over again.
      logFailure(error, awsRequestId);
      failed.push(error);
    }
  });
  if (failed.length > 0) throw new Error(`${failed.length} requests could not be performed.`);
}
