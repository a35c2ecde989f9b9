import { allTypes, resourceTypeOf } from '../../scim/schema/custom-type';
import {
  GROUP,
  USER,
  type ResourceType,
  type ResourceTypeName,
} from '../../scim/schema/resource-type';
import { Connections } from '../connections/connections';
import type { Table } from '../store/table';

/** Connections that are read at a time. */
const PAGE = 100;

/** Finds the resource type of a connection by its name; undefined if the connection has none. */
export type FindType = (connection: string, type: ResourceTypeName) => ResourceType | undefined;

/**
 * Reads the resource types of all connections of a table. Group names count as unique; whether they
 * are depends on the identity provider.
 */
export async function readResourceTypes(table: Table): Promise<FindType> {
  const connections = new Connections(table);
  const custom = new Map<string, ResourceType>();
  let after: string | undefined;
  do {
    const page = await connections.list(PAGE, after);
    for (const connection of page.connections) {
      if (!('customTypes' in connection)) continue;
      for (const definition of allTypes(connection)) {
        custom.set(`${connection.id} ${definition.name}`, resourceTypeOf(definition));
      }
    }
    after = page.next;
  } while (after !== undefined);
  return (connection, type) => {
    if (type === 'User') return USER;
    return type === 'Group' ? GROUP : custom.get(`${connection} ${type}`);
  };
}
