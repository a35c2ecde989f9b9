/** A value of an item's attribute. A set is read as a list; `Write` changes its elements. */
export type ItemValue =
  string | number | boolean | null | readonly ItemValue[] | { readonly [name: string]: ItemValue };

/** Key of an item. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Returns a key as one text, which is different for each key. */
export function textOfKey({ pk, sk }: Key): string {
  return `${pk} ${sk}`;
}

/** An item of the table, as plain values. */
export type Item = Key & Readonly<Record<string, ItemValue>>;

/**
 * Returns a string attribute.
 * @throws Error if it is missing: the table is damaged, which is not the client's fault
 */
export function textOf(item: Item, name: string): string {
  const value = item[name];
  if (typeof value !== 'string') {
    throw new Error(`Item ${item.pk} / ${item.sk} has no string attribute "${name}".`);
  }
  return value;
}

/** Returns a number attribute. It is 0 if missing, because counters start without a value. */
export function numberOf(item: Item, name: string): number {
  const value = item[name];
  return typeof value === 'number' ? value : 0;
}

/** Returns the texts of a set. It is empty if missing, because the table stores no empty sets. */
export function textsOf(item: Item | undefined, name: string): readonly string[] {
  const value = item?.[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** Returns whether an unmarshalled value is an item of this table: whether it has a key. */
export function isItem(value: Readonly<Record<string, unknown>>): value is Item {
  return typeof value['pk'] === 'string' && typeof value['sk'] === 'string';
}
