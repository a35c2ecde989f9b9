import type { CustomType } from '../../scim/schema/custom-type';
import type { Item } from '../store/item';
import { deploymentTypesKey } from '../store/keys';
import type { Table } from '../store/table';

/*
 * The resource types that the stack declares for all connections are one item, which only a
 * deployment changes. An execution environment keeps what it has read for a minute.
 */

/** How long an execution environment uses what it has read. */
const FRESH_MS = 60_000;

interface Reading {
  readonly types: Promise<readonly CustomType[]>;
  readonly until: number;
}

/** The latest reading of each table. */
const readings = new Map<string, Reading>();

/** Returns the resource types that the stack declares, as they were at most a minute ago. */
export function deploymentTypes(table: Table): Promise<readonly CustomType[]> {
  const known = readings.get(table.name);
  if (known !== undefined && Date.now() < known.until) return known.types;
  const reading = { types: readDeploymentTypes(table), until: Date.now() + FRESH_MS };
  readings.set(table.name, reading);
  reading.types.catch(() => {
    if (readings.get(table.name) === reading) readings.delete(table.name);
  });
  return reading.types;
}

/** Lets the next use of the declared types read them again. */
export function forgetDeploymentTypes(table: Table): void {
  readings.delete(table.name);
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
