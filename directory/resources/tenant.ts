import type { Table } from '../store/table';
import type { RequestInfo } from './request-info';

/** A group's name and parents, from which the `groups` of users are computed. */
export interface CachedGroup {
  /** Undefined if the group was deleted, but not all of its memberships yet. */
  readonly name: string | undefined;
  /** Ids of the groups that the group is in directly. */
  readonly parents: readonly string[];
}

/** One connection's part of the table, on behalf of a request. */
export interface Tenant {
  readonly table: Table;
  /** Id of the connection. */
  readonly connection: string;
  /** The connection's SCIM base URL; part of `meta.location`, which clients may filter on. */
  readonly baseUrl: string;
  /**
   * Whether the index lists no membership that a release before 0.3.0 wrote. Otherwise the groups
   * of a member are read from the index, too. @default false
   */
  readonly membershipsConverted?: boolean;
  /** The groups that the execution environment keeps, by id; undefined if it keeps none. */
  readonly cachedGroups?: Map<string, CachedGroup>;
  /**
   * The request that makes the changes, for the provisioning log; undefined for background work.
   */
  readonly request?: RequestInfo;
}
