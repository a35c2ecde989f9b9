import { numberOf, type Item } from '../store/item';
import { EVENT_LOG, lanePartition } from '../store/keys';
import { laneSort } from '../store/key-texts';
import { LANES } from '../events/lanes';

/** A lane of the event log that ends before one of its events: readers would not see it. */
export interface LaneBehind {
  /** Key of the lane's state. */
  readonly lane: string;
  readonly stated: number;
  readonly found: number;
}

/** Compares the state of each lane with the events in it. */
export class LanePositions {
  private readonly stated = new Map<string, number>();
  private readonly found = new Map<string, number>();

  /** Adds an item of the event log. */
  add(item: Item): void {
    const { pk, sk } = item;
    if (pk === EVENT_LOG) this.stated.set(sk, numberOf(item, 'position'));
    else this.found.set(pk, Math.max(this.found.get(pk) ?? 0, Number(sk)));
  }

  /** Returns the lanes that end too early. */
  behind(): readonly LaneBehind[] {
    return Array.from({ length: LANES }, (_, lane) => ({
      lane: `${EVENT_LOG} ${laneSort('lane', lane)}`,
      stated: this.stated.get(laneSort('lane', lane)) ?? 0,
      found: this.found.get(lanePartition(lane)) ?? 0,
    })).filter(({ stated, found }) => found > stated);
  }
}
