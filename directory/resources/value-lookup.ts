import type { IndexedAttributes, ResourceTypeName } from '../../scim/schema/resource-type';
import { resourceKey, valuePartition } from '../store/keys';
import { isResourceId } from '../store/resource-ids';
import type { Table } from '../store/table';
import { resourceFromItem, type StoredItem } from './resource-item';
import { idLedTo, keyFormsOf } from './unique-and-indexed-values';

/** Maximum number of results. Even ten of the largest resources fit into one answer. */
const MOST = 10;

/**
 * Finds up to ten resources by id, or by the exact value of an indexed attribute, ignoring case.
 * The cost does not depend on the number of resources.
 */
export async function findByValue(
  table: Table,
  connection: string,
  type: ResourceTypeName,
  attributes: IndexedAttributes,
  value: string,
): Promise<readonly StoredItem[]> {
  const partitions = attributes.flatMap((attribute) => {
    const { current, former } = keyFormsOf(attribute, value);
    return [current, former ?? []]
      .flat()
      .map((form) => valuePartition(connection, type, attribute.name, form));
  });
  const pages = await Promise.all(partitions.map((pk) => table.query(pk, { limit: MOST })));
  const ids = pages.flatMap(({ items }) => items.map(idLedTo));
  const wanted = new Set([value, value.toLowerCase(), ...ids].filter(isResourceId));
  const keys = [...wanted].map((id) => resourceKey(connection, type, id));
  // Most texts could be an id, and are none.
  return (await table.getMany(keys)).slice(0, MOST).map(resourceFromItem);
}
