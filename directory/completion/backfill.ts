import { numberOf, textOf, type Item, type Key } from '../store/item';
import { BACKFILLS } from '../store/keys';
import type { Table } from '../store/table';
import { ABSENT } from '../store/write';

/**
 * After this time the whole deployment is updated, and the last invocations of the earlier release,
 * which still wrote items in their form, have ended.
 */
const DELAY_MS = 30 * 60_000;

/** Called for an item that cannot be converted. */
export type OnFailure = (item: Item, error: unknown) => void;

/**
 * A conversion of the items that earlier releases wrote. It begins half an hour after its first
 * run, and continues in each run where the last one has stopped. Any number of workers may run it.
 */
export class Backfill {
  private readonly key: Key;

  /** @param name part of the key of the item that holds the progress */
  constructor(
    private readonly table: Table,
    name: string,
  ) {
    this.key = { pk: BACKFILLS, sk: name };
  }

  /**
   * Runs the conversion.
   * @param now milliseconds since the epoch
   * @param convert converts as much as time allows from the saved progress on; returns whether
   *   everything is converted
   * @returns the same
   */
  async run(now: number, convert: (progress: Item) => Promise<boolean>): Promise<boolean> {
    const progress = await this.table.get(this.key);
    if (progress === undefined) {
      await this.table.write([{ put: { ...this.key, startedAt: now }, condition: ABSENT }]);
      return false;
    }
    if (progress['done'] === true) return true;
    if (now - numberOf(progress, 'startedAt') < DELAY_MS) return false;
    const isDone = await convert(progress);
    if (isDone) await this.save({ done: true });
    return isDone;
  }

  /** Saves the progress. */
  async save(progress: Readonly<Record<string, string | number | boolean>>): Promise<void> {
    await this.table.write([{ update: this.key, set: progress }]);
  }
}

/** Returns a part of the progress; an empty text if it has none yet. */
export function textIn(progress: Item, name: string): string {
  return progress[name] === undefined ? '' : textOf(progress, name);
}
