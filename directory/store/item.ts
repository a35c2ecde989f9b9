/** Items of the table as plain values, and how their attributes are read without trusting them blindly. */

export type ItemValue =
  string | number | boolean | null | readonly ItemValue[] | { readonly [name: string]: ItemValue };

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type Item = Key & Readonly<Record<string, ItemValue>>;

/** A string attribute; its absence is damage to the table, not a client's mistake. */
export function textOf(item: Item, name: string): string {
  const value = item[name];
  if (typeof value !== 'string')
    throw new Error(`Item ${item.pk} / ${item.sk} has no text "${name}".`);
  return value;
}

/** A numeric attribute, 0 when absent: counters begin without one. */
export function numberOf(item: Item, name: string): number {
  const value = item[name];
  return typeof value === 'number' ? value : 0;
}

/** Recognises what the SDK unmarshalls as an item of this table. */
export function isItem(value: Readonly<Record<string, unknown>>): value is Item {
  return typeof value['pk'] === 'string' && typeof value['sk'] === 'string';
}
