import { isArray, isObject, own } from '../../scim/json';
import { resourcePartition } from '../store/keys';
import { resourceFromItem } from './resource-item';
import type { Tenant } from './tenant';

/**
 * Counts the users and groups of a connection that have an attribute of an extension. It reads all
 * of them, which is fine for an operator who changes a schema, but not for a SCIM request.
 * @param urn the extension
 * @param name undefined for the extension as a whole
 * @param subAttribute undefined for the attribute as a whole
 */
export async function countHolders(
  { table, connection }: Tenant,
  urn: string,
  name: string | undefined,
  subAttribute: string | undefined,
): Promise<number> {
  let holders = 0;
  for (const type of ['User', 'Group'] as const) {
    for await (const item of table.queryAll(resourcePartition(connection, type))) {
      const extension = own(resourceFromItem(item).attributes, urn);
      const value =
        name === undefined ? extension : isObject(extension) ? own(extension, name) : undefined;
      const elements = isArray(value) ? value : [value];
      const holds = elements.some((element) =>
        subAttribute === undefined
          ? element !== undefined
          : isObject(element) && own(element, subAttribute) !== undefined,
      );
      if (holds) holders += 1;
    }
  }
  return holders;
}
