import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import { STREAM_FILTERS } from '../../lambdas/contract';
import { passesFilter } from '../../local/event-filter';
import type { Part } from '../../local/template';
import type { Body } from '../support/client';
import type { FaultySystem } from './faulty-system';

const FILTERS = JSON.parse(JSON.stringify(STREAM_FILTERS)) as Part[];

/** Delivers records as Lambda does: filtered, and again from the record that failed. */
export async function deliver(
  system: FaultySystem,
  records: readonly StreamRecord[],
): Promise<void> {
  let left = records.filter((record) => FILTERS.some((filter) => passesFilter(filter, record)));
  for (let attempt = 1; left.length > 0; attempt += 1) {
    if (attempt > 10) throw new Error('The records cannot be processed.');
    const result = await system.invoke('Dispatcher', { Records: left }).catch(() => undefined);
    const [failure] =
      (result as { batchItemFailures: Body[] } | undefined)?.batchItemFailures ?? [];
    if (result !== undefined && failure === undefined) return;
    const first = left.findIndex(
      ({ dynamodb }) => dynamodb?.SequenceNumber === failure?.itemIdentifier,
    );
    left = left.slice(Math.max(0, first));
  }
}

/** Returns the records of a connection. */
export function recordsOf(
  records: readonly StreamRecord[],
  connection: string,
): readonly StreamRecord[] {
  return records.filter(({ dynamodb }) => {
    const pk = dynamodb?.Keys?.['pk']?.S ?? '';
    return pk === `c#${connection}` || pk.startsWith(`c#${connection}#`);
  });
}
