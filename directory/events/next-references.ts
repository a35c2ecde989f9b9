import type { Table } from '../store/table';
import type { EventReference } from './event-item';
import { laneOf } from './lanes';
import { readLogState } from './log-state';
import { laneReferences, resumeAfter } from './read';

/** The next references after a place in the log. */
export interface NextReferences {
  readonly references: readonly EventReference[];
  /** Position in each lane after them. */
  readonly positions: readonly number[];
  /** Whether a position has changed without a reference: events have expired, or a restore. */
  readonly hasMoved: boolean;
  /** Position of the last event of each lane. */
  readonly ends: readonly number[];
}

/** Limits of one read of the log by a channel. */
export interface NextQuery {
  /** Most references. */
  readonly atMost: number;
  /** Most references of one lane. */
  readonly ofLane: number;
  /**
   * The lane to begin with: another one each time, so that a busy lane does not hold back the
   * others.
   */
  readonly firstLane: number;
  /** Id of the only connection whose events are wanted. @default - those of all connections */
  readonly connection?: string | undefined;
}

/**
 * Returns the next references of a channel: those of one connection in their order.
 * @param after position in each lane
 */
export async function nextReferences(
  table: Table,
  after: readonly number[],
  { atMost, ofLane, firstLane, connection }: NextQuery,
): Promise<NextReferences> {
  const { positions: ends } = await readLogState(table);
  const only = connection === undefined ? undefined : laneOf(connection);
  const positions = [...after];
  const references: EventReference[] = [];
  let hasMoved = false;
  for (let count = 0; count < ends.length; count += 1) {
    const lane = (firstLane + count) % ends.length;
    const end = ends[lane] ?? 0;
    const from = positions[lane] ?? 0;
    if (only !== undefined && lane !== only) positions[lane] = end;
    else if (from > end) {
      // After a restore, the log ends before the position.
      positions[lane] = end;
      hasMoved = true;
    } else if (from < end && references.length < atMost) {
      const most = Math.min(ofLane, atMost - references.length);
      const found = await laneAfter(table, lane, from, end, most);
      references.push(...found.references);
      positions[lane] = found.position;
      hasMoved ||= found.position !== from;
    }
  }
  return { references, positions, hasMoved, ends };
}

async function laneAfter(
  table: Table,
  lane: number,
  from: number,
  end: number,
  most: number,
): Promise<{ readonly references: readonly EventReference[]; readonly position: number }> {
  const references: EventReference[] = [];
  let position = await resumeAfter(table, lane, from, end);
  for await (const reference of laneReferences(table, lane, position, end)) {
    references.push(reference);
    position = reference.position;
    if (references.length >= most) break;
  }
  return { references, position };
}
