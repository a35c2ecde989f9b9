import { randomUUID } from 'node:crypto';
import { numberOf, textOf, type Key } from '../store/item';
import { EVENT_LOG } from '../store/keys';
import { laneSort } from '../store/key-texts';
import type { Table } from '../store/table';
import { ABSENT, type Write } from '../store/write';
import { LANES } from './lanes';

/** How far the event log goes, and how much of it has been delivered. */
export interface LogState {
  /**
   * Changes when the table is restored to an earlier point in time, because positions and sequences
   * go back then.
   */
  readonly epoch: string;
  /** Position of the last event of each lane; 0 for an empty lane. */
  readonly positions: readonly number[];
  /** Position up to which each lane has been put on the event bus. */
  readonly bus: readonly number[];
}

const EPOCH: Key = { pk: EVENT_LOG, sk: 'epoch' };

/** Reads the state of the log, and begins its first epoch if there is none. */
export async function readLogState(table: Table): Promise<LogState> {
  for (;;) {
    const { items } = await table.query(EVENT_LOG);
    const found = new Map(items.map((item) => [item.sk, item]));
    const epoch = found.get(EPOCH.sk);
    if (epoch === undefined) {
      await table.write([{ put: { ...EPOCH, epoch: randomUUID() }, condition: ABSENT }]);
      continue;
    }
    const positionsOf = (kind: 'lane' | 'bus'): readonly number[] =>
      Array.from({ length: LANES }, (_, lane) => {
        const item = found.get(laneSort(kind, lane));
        return item === undefined ? 0 : numberOf(item, 'position');
      });
    return {
      epoch: textOf(epoch, 'epoch'),
      positions: positionsOf('lane'),
      bus: positionsOf('bus'),
    };
  }
}

/**
 * Begins a new epoch if the records come from another stream than before: the table was restored.
 * @param stream ARN of the table's stream
 */
export async function noteStream(table: Table, stream: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const item = await table.get(EPOCH);
    if (item?.['stream'] === stream) return;
    const isRestored = item?.['stream'] !== undefined;
    const epoch = item === undefined || isRestored ? randomUUID() : textOf(item, 'epoch');
    const write: Write =
      item === undefined
        ? { put: { ...EPOCH, epoch, stream }, condition: ABSENT }
        : {
            update: EPOCH,
            set: { epoch, stream },
            condition: { is: 'epoch', epoch: textOf(item, 'epoch') },
          };
    if ((await table.write([write])).length === 0) return;
    await table.retries.pause(attempt);
  }
}

/** Records that a lane has been put on the event bus up to a position. */
export async function noteOnBus(
  table: Table,
  lane: number,
  from: number,
  position: number,
): Promise<void> {
  // Another publisher may have come further; then its position stays.
  await table.write([
    {
      update: { pk: EVENT_LOG, sk: laneSort('bus', lane) },
      set: { position },
      condition: { is: 'position', position: from },
    },
  ]);
}
