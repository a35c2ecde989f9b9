import type { Connections } from '../../directory/connections/connections';
import type { Table } from '../../directory/store/table';
import type { ConnectionSecrets } from './connection-secrets';
import type { TokenProbe } from './token-probe';

/** What making, changing and deleting connections and tokens takes. */
export interface ConnectionServices {
  readonly table: Table;
  readonly connections: Connections;
  readonly secrets: ConnectionSecrets;
  /** ARN of the function that rotates tokens on schedule. */
  readonly rotationFunction: string;
  /** Who sends the request: the ARN of an IAM principal. */
  readonly actor: string;
  /** Asks the SCIM endpoint about a token. */
  readonly probe: TokenProbe;
}

/** What an administrative request is served with. */
export interface Services extends ConnectionServices {
  /** Base URL of a connection's SCIM endpoints, as this request's host has it. */
  readonly scimBaseUrl: (connectionId: string) => string;
}
