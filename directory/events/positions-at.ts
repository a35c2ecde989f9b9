import { inParallel } from '../store/batches';
import { lanePartition } from '../store/keys';
import { positionSort } from '../store/key-texts';
import type { Table } from '../store/table';
import { referenceFromItem, type EventReference } from './event-item';
import { readLogState } from './log-state';

/** Lanes that are searched in parallel. */
const WIDTH = 8;

/**
 * Returns the positions after which the events are that were appended since a time.
 * @param time milliseconds since the epoch
 */
export async function positionsAt(table: Table, time: number): Promise<readonly number[]> {
  const { positions } = await readLogState(table);
  return inParallel([...positions.entries()], WIDTH, ([lane, end]) =>
    positionAt(table, lane, end, time),
  );
}

/** Searches a lane by halving it. */
async function positionAt(table: Table, lane: number, end: number, time: number): Promise<number> {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = await firstAfter(table, lane, middle, end);
    if (found === undefined) high = middle;
    else if (Date.parse(found.at) < time) low = found.position;
    else high = middle;
  }
  return low;
}

async function firstAfter(
  table: Table,
  lane: number,
  position: number,
  end: number,
): Promise<EventReference | undefined> {
  const between = [positionSort(position + 1), positionSort(end)] as const;
  const { items } = await table.query(lanePartition(lane), { between, limit: 1 });
  return items.map(referenceFromItem)[0];
}

/** Returns the time of an event's id, a UUIDv7, in milliseconds since the epoch. */
export function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
