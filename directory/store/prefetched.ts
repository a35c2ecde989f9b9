import type { Item, Key } from './item';
import type { QueryOptions, QueryPage } from './query';

/** Reads that a request has started before it needs them. Each is used once. */
export class Prefetched {
  private readonly items = new Map<string, Promise<Item | undefined>>();
  private readonly pages = new Map<string, Promise<QueryPage>>();

  /** Whether an item has been started to be read and is not used yet. */
  get hasItems(): boolean {
    return this.items.size > 0;
  }

  addItems(keys: readonly Key[], found: Promise<readonly Item[]>): void {
    for (const { pk, sk } of keys) {
      const item = found.then((items) => items.find((each) => each.pk === pk && each.sk === sk));
      // The read reports a failure. Without one, the failure must not end the process.
      item.catch(() => undefined);
      this.items.set(`${pk} ${sk}`, item);
    }
  }

  addPage(partition: string, options: QueryOptions, page: Promise<QueryPage>): void {
    page.catch(() => undefined);
    this.pages.set(nameOf(partition, options), page);
  }

  takeItem({ pk, sk }: Key): Promise<Item | undefined> | undefined {
    if (this.items.size === 0) return undefined;
    const item = this.items.get(`${pk} ${sk}`);
    this.items.delete(`${pk} ${sk}`);
    return item;
  }

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
