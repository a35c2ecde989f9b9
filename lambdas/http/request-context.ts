import type { Connection } from '../../directory/connections/connection';
import type { Origin } from '../../directory/resources/request-info';
import type { Scope } from '../../directory/resources/resources';
import type { Table } from '../../directory/store/table';
import type { StoredToken } from '../../directory/connections/tokens';
import type { Profile } from '../../idp/profiles/profile';
import type { ResourceTypes } from '../../scim/schema/resource-type';
import type { Failures } from '../observability/failure-recorder';
import type { ScimRequest } from './scim-request';

/** An authenticated request with what serves it. */
export interface Exchange {
  readonly request: ScimRequest;
  readonly connection: Connection;
  /** The token that it came with. */
  readonly token: StoredToken;
  readonly profile: Profile;
  /** The resource types with the connection's own extensions. */
  readonly types: ResourceTypes;
  readonly table: Table;
  /** When the function's time is over, in milliseconds since the epoch. */
  readonly deadline: number;
  /** What fails of it, for the connection's log. */
  readonly failures: Failures;
  /** What its changes are known by, in the same log. */
  readonly origin: Origin;
}

/** Where the resources are that a request is about. */
export function scopeOf({ table, connection, request, origin }: Exchange): Scope {
  return { table, connection: connection.id, baseUrl: request.baseUrl, origin };
}
