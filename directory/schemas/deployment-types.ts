import type { CustomType } from '../../scim/schema/custom-type';
import type { Item } from '../store/item';
import { deploymentTypesKey } from '../store/keys';
import type { Table } from '../store/table';

/*
 * The resource types that the stack declares for all connections are one item, which only a
 * deployment changes. An execution environment reads it once: the deployment that changes it starts
 * new ones.
 */

const cache = new Map<string, Promise<readonly CustomType[]>>();

/** Returns the resource types that the stack declares. */
export function deploymentTypes(table: Table): Promise<readonly CustomType[]> {
  const known = cache.get(table.name);
  if (known !== undefined) return known;
  const types = readDeploymentTypes(table);
  cache.set(table.name, types);
  types.catch(() => cache.delete(table.name));
  return types;
}

/** Reads the resource types that the stack declares, as they are now. */
export async function readDeploymentTypes(table: Table): Promise<readonly CustomType[]> {
  return customTypesFrom(await table.get(deploymentTypesKey()));
}

/** Stores the resource types that the stack declares. */
export async function writeDeploymentTypes(
  table: Table,
  types: readonly CustomType[],
): Promise<void> {
  await table.write([{ put: { ...deploymentTypesKey(), types: JSON.stringify(types) } }]);
}

/** Reads the resource types in an item, which were validated before they were stored. */
export function customTypesFrom(item: Item | undefined): readonly CustomType[] {
  const types = item?.['types'];
  const parsed: unknown = typeof types === 'string' ? JSON.parse(types) : [];
  return Array.isArray(parsed) ? (parsed as readonly CustomType[]) : [];
}
