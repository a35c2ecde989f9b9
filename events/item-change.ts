import type { Item, Key } from '../directory/store/item';

/** A change to an item of the table, as the stream delivers it. */
export interface ItemChange {
  /** Identifies the change; the same if it is delivered again. */
  readonly id: string;
  readonly key: Key;
  readonly before?: Item;
  readonly after?: Item;
  /** RFC 3339: when the change took effect, to the second. */
  readonly time: string;
}
