import type { Item, Key } from './item';
import type { QueryOptions, QueryPage } from './query';

/** Reads that a request has started before it needs them. Each is used once. */
export class Prefetched {
  private readonly items = new Map<string, Promise<Item | undefined>>();
  private readonly pages = new Map<string, Promise<QueryPage>>();

  /** Whether any prefetched item has not been used yet. */
  get hasItems(): boolean {
    return this.items.size > 0;
  }

  /** Adds items that are being read. */
  addItems(keys: readonly Key[], found: Promise<readonly Item[]>): void {
    for (const { pk, sk } of keys) {
      const item = found.then((items) => items.find((each) => each.pk === pk && each.sk === sk));
      ignoreUnhandled(item);
      this.items.set(`${pk} ${sk}`, item);
    }
  }

  /** Adds a page that is being read. */
  addPage(partition: string, options: QueryOptions, page: Promise<QueryPage>): void {
    ignoreUnhandled(page);
    this.pages.set(nameOf(partition, options), page);
  }

  /** Forgets everything: what was read before a write may have changed. */
  clear(): void {
    this.items.clear();
    this.pages.clear();
  }

  /** Returns a prefetched item and forgets it; undefined if its key was not prefetched. */
  takeItem({ pk, sk }: Key): Promise<Item | undefined> | undefined {
    if (this.items.size === 0) return undefined;
    const item = this.items.get(`${pk} ${sk}`);
    this.items.delete(`${pk} ${sk}`);
    return item;
  }

  /** Returns the page of a prefetched query and forgets it; undefined for another query. */
  takePage(partition: string, options: QueryOptions): Promise<QueryPage> | undefined {
    if (this.pages.size === 0) return undefined;
    const name = nameOf(partition, options);
    const page = this.pages.get(name);
    this.pages.delete(name);
    return page;
  }
}

function nameOf(partition: string, options: QueryOptions): string {
  const { index, after, between, limit, eventual = false, backward = false } = options;
  return JSON.stringify([partition, index, after, between, limit, eventual, backward]);
}

/**
 * Keeps the process alive if a read that was started early fails before it is awaited, or without
 * being awaited.
 */
export function ignoreUnhandled(read: Promise<unknown>): void {
  read.catch(() => undefined);
}
