import type { CustomType } from '../../scim/schema/custom-type';
import { customTypesFrom, deploymentTypes } from '../schemas/deployment-types';
import { textOfKey, type Item } from '../store/item';
import { connectionKey, schemasKey } from '../store/keys';
import { LruCache } from '../store/lru-cache';
import type { Table } from '../store/table';
import { newVersion } from '../store/version';
import type { Write } from '../store/write';
import type { Connection, ConnectionSchemas } from './connection';
import { connectionFromItem, schemasFrom, type StoredConnection } from './connection-item';

/*
 * The schemas and resource types of a connection are an item of their own, which never changes: new
 * ones are another item, and the connection's item names the one in use. So the connection's item,
 * which every request reads, stays small, and an execution environment parses schemas once.
 * Releases before 0.3.0 stored them in the connection's item, where they stay until `completion`
 * moves them.
 */

/** Connections whose schemas an execution environment keeps. */
const CACHED_CONNECTIONS = 50;

/** The schemas and resource types that a connection stores. */
type OwnSchemas = Pick<ConnectionSchemas, 'schemas' | 'customTypes'>;

const cache = new LruCache<OwnSchemas>(CACHED_CONNECTIONS);

/**
 * Adds the schemas and resource types to connections, from the cache if possible.
 * @returns the connections in the same order, without those that are deleted meanwhile
 */
export async function withSchemas(
  table: Table,
  connections: readonly StoredConnection[],
): Promise<readonly Connection[]> {
  const unknown = connections.flatMap(({ id, schemasVersion }) =>
    schemasVersion !== undefined && cache.get(nameOf(id, schemasVersion)) === undefined
      ? [schemasKey(id, schemasVersion)]
      : [],
  );
  for (const item of unknown.length === 0 ? [] : await table.getMany(unknown)) {
    cache.set(textOfKey(item), connectionSchemasFrom(item));
  }
  const complete = connections.map((connection) => addSchemas(table, connection));
  const [declared, ...found] = await Promise.all([deploymentTypes(table), ...complete]);
  return found.flat().map((connection) => ({ ...connection, deploymentTypes: declared }));
}

async function addSchemas(
  table: Table,
  { schemasInItem, ...connection }: StoredConnection,
): Promise<readonly Omit<Connection, 'deploymentTypes'>[]> {
  const { id, schemasVersion } = connection;
  if (schemasVersion === undefined) {
    return [{ ...connection, schemas: schemasInItem, customTypes: NO_TYPES }];
  }
  const schemas = cache.get(nameOf(id, schemasVersion));
  if (schemas !== undefined) return [{ ...connection, ...schemas }];
  // They were replaced after the connection was read.
  const [item] = await table.getMany([connectionKey(id)]);
  const current = item === undefined ? undefined : connectionFromItem(item);
  if (current === undefined) return [];
  if (current.schemasVersion === schemasVersion) {
    throw new Error(`The schemas ${schemasVersion} of connection ${id} are missing.`);
  }
  return withSchemas(table, [current]);
}

/** The types of a connection that has none. */
const NO_TYPES: readonly CustomType[] = [];

function connectionSchemasFrom(item: Item): OwnSchemas {
  return { schemas: schemasFrom(item), customTypes: customTypesFrom(item) };
}

function nameOf(connection: string, version: string): string {
  return textOfKey(schemasKey(connection, version));
}

/** A connection's version of its schemas, and the writes that store them. */
export interface SchemasChange {
  readonly schemasVersion: string | undefined;
  readonly writes: readonly Write[];
}

/**
 * Creates the writes of new schemas and types, for the transaction that writes the connection.
 * @param before the version of the schemas that they replace
 */
export function schemasChange(
  connection: string,
  before: string | undefined,
  { schemas, customTypes }: OwnSchemas,
): SchemasChange {
  const removal = before === undefined ? [] : [{ delete: schemasKey(connection, before) }];
  if (schemas.length + customTypes.length === 0) {
    return { schemasVersion: undefined, writes: removal };
  }
  const schemasVersion = newVersion();
  const put = {
    ...schemasKey(connection, schemasVersion),
    schemas: JSON.stringify(schemas),
    ...(customTypes.length === 0 ? {} : { types: JSON.stringify(customTypes) }),
  };
  return { schemasVersion, writes: [...removal, { put }] };
}
