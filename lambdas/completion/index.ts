import type { DynamoDBStreamEvent, EventBridgeEvent } from 'aws-lambda';
import { ABANDONED_AFTER_MS, completeAbandoned, completeIntent, SETTLED_AFTER_MS } from '../../directory/completion';
import { findIntent, type Intent } from '../../directory/intents';
import { openTable } from '../middleware/environment';
import type { Invocation } from '../middleware/invocation';
import { logFailure } from '../middleware/log';
import { keyOf } from '../middleware/stream';

const shared = openTable();

/**
 * Does what requests have begun and not ended (see docs/data-model.md): the table's stream tells of what they handed over, and a schedule asks
 * for what those who died have left behind.
 */
export async function handler(
  event: DynamoDBStreamEvent | EventBridgeEvent<'Scheduled Event', unknown>,
  context: Invocation,
): Promise<void> {
  const table = shared.forRequest(Date.now() + context.getRemainingTimeInMillis());
  if (!('Records' in event)) {
    const now = Date.now();
    const ages = { abandoned: now - ABANDONED_AFTER_MS, settled: now - SETTLED_AFTER_MS };
    await completeAbandoned(table, ages, (intent, error) => {
      logFailure(failureOf(intent, error), context.awsRequestId);
    });
    return;
  }
  for (const { pk, sk } of event.Records.flatMap(keyOf)) {
    // As it is by now: another one may have completed it.
    const intent = await findIntent(table, { pk, sk });
    if (intent !== undefined) await completeIntent(table, intent);
  }
}

function failureOf({ id, connection, kind }: Intent, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`The ${kind} intent ${id} of connection ${connection} could not be completed: ${reason}`, { cause });
}
