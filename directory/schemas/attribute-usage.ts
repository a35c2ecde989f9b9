import { isArray, isObject, own, type JsonObject } from '../../scim/json';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { resourcePartition } from '../store/keys';
import { resourceFromItem } from '../resources/resource-item';
import type { Tenant } from '../resources/tenant';

/** A part of a schema that resources may have values of. */
export interface SchemaPart {
  /** The URN of an extension; undefined for the core schema. */
  readonly extension: string | undefined;
  /** Undefined for the schema as a whole. */
  readonly name: string | undefined;
  /** Undefined for the attribute as a whole. */
  readonly subAttribute: string | undefined;
}

/**
 * Counts the resources of some types that have values of a part of a schema. It reads all of them,
 * which is fine for an operator who changes a schema, but not for a SCIM request.
 */
export async function countHolders(
  { table, connection }: Tenant,
  types: readonly ResourceTypeName[],
  part: SchemaPart,
): Promise<number> {
  let holders = 0;
  for (const type of types) {
    for await (const item of table.queryAll(resourcePartition(connection, type))) {
      if (holdsPart(resourceFromItem(item).attributes, part)) holders += 1;
    }
  }
  return holders;
}

function holdsPart(attributes: JsonObject, { extension, name, subAttribute }: SchemaPart): boolean {
  const values = extension === undefined ? attributes : own(attributes, extension);
  const value = name === undefined ? values : isObject(values) ? own(values, name) : undefined;
  const elements = isArray(value) ? value : [value];
  return elements.some((element) =>
    subAttribute === undefined
      ? element !== undefined
      : isObject(element) && own(element, subAttribute) !== undefined,
  );
}
