import type { Table } from '../store/table';
import type { RequestInfo } from './request-info';

/** One connection's part of the table, on behalf of a request. */
export interface Tenant {
  readonly table: Table;
  /** Id of the connection. */
  readonly connection: string;
  /** The connection's SCIM base URL; part of `meta.location`, which clients may filter on. */
  readonly baseUrl: string;
  /**
   * The request that makes the changes, for the provisioning log; undefined for background work.
   */
  readonly request?: RequestInfo;
}
