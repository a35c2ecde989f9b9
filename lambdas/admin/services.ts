import type { Connections } from '../../directory/connections/connections';
import type { Table } from '../../directory/store/table';
import type { ConnectionSecrets } from './connection-secrets';
import type { TokenProbe } from './token-probe';

/** The dependencies of connection administration. */
export interface ConnectionServices {
  readonly table: Table;
  readonly connections: Connections;
  readonly secrets: ConnectionSecrets;
  /** ARN of the function that rotates tokens on schedule. */
  readonly rotationFunction: string;
  /** ARN of the IAM principal that sends the request. */
  readonly actor: string;
  /** Checks whether the SCIM endpoint accepts a token. */
  readonly probe: TokenProbe;
}

/** The dependencies of a request to the admin API. */
export interface Services extends ConnectionServices {
  /** Returns a connection's SCIM base URL, built from this request's host. */
  readonly scimBaseUrl: (connectionId: string) => string;
}
