import { inParallel } from '../store/batches';
import { numberOf, type Key } from '../store/item';
import { EVENT_LOG } from '../store/keys';
import { laneSort } from '../store/key-texts';
import { TRANSACTION_WRITES, type Table } from '../store/table';
import type { Check, Write } from '../store/write';
import type { NewEvent } from './event';
import { eventWrites } from './event-item';
import { laneOf } from './lanes';

/** Lanes that are appended to in parallel. */
const WIDTH = 4;

/** Characters of the events of one transaction. A transaction may have 4 MB. */
const TRANSACTION_CHARACTERS = 1024 * 1024;

/**
 * Appends events to the log. Events and the position of their lane are written in one transaction,
 * on the condition that the position is still the same and that no event exists: each event is
 * appended once, at the next position, however many functions append at the same time.
 */
export class EventAppender {
  /** The last known position of each lane. */
  private readonly positions = new Map<number, number>();

  /** @param days how long events are kept */
  constructor(private readonly days: number) {}

  /**
   * Appends events in their order. Events that the log has already are skipped.
   * @returns the events whose check failed; they were not appended
   */
  async append(table: Table, events: readonly NewEvent[]): Promise<readonly NewEvent[]> {
    const lanes = new Map<number, Map<string, NewEvent>>();
    for (const event of events) {
      const lane = laneOf(event.connection);
      lanes.set(lane, (lanes.get(lane) ?? new Map<string, NewEvent>()).set(event.id, event));
    }
    const refused = await inParallel([...lanes], WIDTH, async ([lane, byId]) => {
      const ofLane: NewEvent[] = [];
      for (const batch of transactionsOf([...byId.values()])) {
        ofLane.push(...(await this.appendBatch(table, lane, batch)));
      }
      return ofLane;
    });
    return refused.flat();
  }

  private async appendBatch(
    table: Table,
    lane: number,
    batch: readonly NewEvent[],
  ): Promise<readonly NewEvent[]> {
    const refused: NewEvent[] = [];
    let left = batch;
    for (let attempt = 1; left.length > 0; attempt += 1) {
      const position = await this.positionOf(table, lane);
      const expires = Math.ceil(Date.now() / 1000) + this.days * 86_400;
      const writes: (Write | Check)[] = [advance(lane, position, left.length)];
      // The event that each write belongs to, and whether the write is its check.
      const owners: ({ readonly event: NewEvent; readonly isCheck: boolean } | undefined)[] = [
        undefined,
      ];
      for (const [index, event] of left.entries()) {
        for (const write of eventWrites(event, position + index + 1, expires)) {
          writes.push(write);
          owners.push({ event, isCheck: write === event.check });
        }
      }
      const failed = await table.write(writes);
      if (failed.length === 0) {
        this.positions.set(lane, position + left.length);
        break;
      }
      const gone = new Set<NewEvent>();
      for (const { index } of failed) {
        const owner = owners[index];
        if (owner === undefined) this.positions.delete(lane);
        else gone.add(owner.event);
        if (owner?.isCheck === true) refused.push(owner.event);
      }
      left = left.filter((event) => !gone.has(event));
      if (gone.size === 0) await table.retries.pause(attempt);
    }
    return refused;
  }

  private async positionOf(table: Table, lane: number): Promise<number> {
    const known = this.positions.get(lane);
    if (known !== undefined) return known;
    const item = await table.get(laneKey(lane));
    const position = item === undefined ? 0 : numberOf(item, 'position');
    this.positions.set(lane, position);
    return position;
  }
}

function laneKey(lane: number): Key {
  return { pk: EVENT_LOG, sk: laneSort('lane', lane) };
}

function advance(lane: number, position: number, events: number): Write {
  return {
    update: laneKey(lane),
    set: { position: position + events },
    condition: { is: 'position', position },
  };
}

/** Splits events, in their order, into those that fit into one transaction each. */
function transactionsOf(events: readonly NewEvent[]): readonly (readonly NewEvent[])[] {
  const batches: NewEvent[][] = [];
  let [writes, characters] = [Number.POSITIVE_INFINITY, 0];
  for (const event of events) {
    const needed = event.check === undefined ? 2 : 3;
    const size = JSON.stringify([event.data, event.personal]).length;
    if (writes + needed > TRANSACTION_WRITES || characters + size > TRANSACTION_CHARACTERS) {
      batches.push([]);
      // The first write advances the lane.
      [writes, characters] = [1, 0];
    }
    writes += needed;
    characters += size;
    batches.at(-1)?.push(event);
  }
  return batches;
}
