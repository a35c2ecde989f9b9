import type { Collection } from '../../../directory/resources/collection';
import type { StoredItem } from '../../../directory/resources/resource-item';
import type { JsonObject } from '../../../scim/json';
import type { SortKey } from '../../../scim/list/sort';
import type { Projection } from '../../../scim/resource/project';

/** One resource type in a listing: its resources, and how they are rendered. */
export interface ListedType {
  readonly collection: Collection;
  /** Called before a page is found: what it shows may be read together with the page. */
  prepare?(projection: Projection): void;
  /** Returns the resources as the answer shows them, in the same order. */
  render(resources: readonly StoredItem[], projection: Projection): Promise<readonly JsonObject[]>;
}

/** A resource that was found, and its position in the list. */
export interface ListEntry {
  readonly listed: ListedType;
  readonly resource: StoredItem;
  readonly key: SortKey;
}

/** Returns a resource as an entry. @param key null without a sort order */
export function listEntry(
  listed: ListedType,
  resource: StoredItem,
  key: SortKey = null,
): ListEntry {
  return { listed, resource, key };
}
