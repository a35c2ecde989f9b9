import { resourceFromItem, type StoredItem } from '../../directory/resources/resource-item';
import type { Key } from '../../directory/store/item';
import { idIn, sortKeyOf } from '../../directory/store/resource-ids';
import type { Table } from '../../directory/store/table';
import { PAGE_CHARACTERS, READ_LIMIT } from './services';

/** A page of resources. */
export interface ResourcesPage {
  readonly resources: readonly StoredItem[];
  /** Id to continue after; undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * Returns a page of the resources of a partition that pass a test, in order of creation. It may
 * have fewer than `limit`, even none, and others may follow: reading is limited.
 * @param after id to continue after
 */
export async function resourcesPage(
  table: Table,
  partition: string,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
  passes: (resource: StoredItem) => boolean,
): Promise<ResourcesPage> {
  const resources: StoredItem[] = [];
  let [read, characters] = [0, 0];
  let start: Key | undefined =
    after === undefined ? undefined : { pk: partition, sk: sortKeyOf(after) };
  do {
    const page = await table.query(partition, { after: start, limit: limit + 1, eventual: true });
    for (const [index, item] of page.items.entries()) {
      const resource = resourceFromItem(item);
      const isFull =
        resources.length === limit ||
        (resources.length > 0 && characters + resource.size > PAGE_CHARACTERS);
      const before = page.items[index - 1] ?? start;
      if (isFull) return { resources, next: before && idIn(before) };
      if (!passes(resource)) continue;
      resources.push(resource);
      // A resource appears twice: as a profile, and as it is in SCIM.
      characters += resource.size * 2;
    }
    read += page.items.length;
    start = page.next === undefined ? undefined : { pk: partition, sk: page.next.sk };
  } while (start !== undefined && read < READ_LIMIT);
  return { resources, next: start && idIn(start) };
}
