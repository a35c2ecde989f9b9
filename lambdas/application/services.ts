import type { Connection } from '../../directory/connections/connection';
import { Connections } from '../../directory/connections/connections';
import type { Tenant } from '../../directory/resources/tenant';
import type { Table } from '../../directory/store/table';
import type { RoleGroup } from '../../events/profile';
import { roleGroupsOf } from '../../events/role-groups';
import type { ViewContext } from '../../events/views';
import type { PageSizes } from '../json-api/api-request';
import { noConnection } from '../json-api/problem';

/** The dependencies of a request to the application API. */
export interface Services {
  readonly table: Table;
  /** Name of the deployment. */
  readonly deployment: string;
  /** Lambda's request id. */
  readonly requestId: string;
  /** Returns a connection's SCIM base URL, built from this request's host. */
  readonly scimBaseUrl: (connectionId: string) => string;
}

/** Sizes of the pages of users, groups and members. */
export const PAGES: PageSizes = { byDefault: 100, atMost: 500 };

/** Most resources that are read for one page, whether they match or not. */
export const READ_LIMIT = 2000;

/** Characters of a page's resources: an answer of a function is limited to 6 MB. */
export const PAGE_CHARACTERS = 4 * 1024 * 1024;

/** Returns a connection. @throws Problem 404 */
export async function existingConnection(
  { table }: Pick<Services, 'table'>,
  id: string,
): Promise<Connection> {
  const connection = await new Connections(table).find(id);
  if (connection === undefined) throw noConnection(id);
  return connection;
}

/** Returns the part of the table that belongs to a connection. */
export function tenantOf({ table, scimBaseUrl }: Services, connection: string): Tenant {
  return { table, connection, baseUrl: scimBaseUrl(connection) };
}

/** Returns what the representation of users depends on, with their groups if these give roles. */
export async function viewContext(
  services: Services,
  connection: Connection,
  userIds: readonly string[],
): Promise<ViewContext> {
  const tenant = tenantOf(services, connection.id);
  const groups: ReadonlyMap<string, readonly RoleGroup[]> =
    connection.roleRules.length === 0 ? new Map() : await roleGroupsOf(tenant, userIds);
  return { connection, baseUrl: tenant.baseUrl, groupsOf: (id) => groups.get(id) ?? [] };
}
