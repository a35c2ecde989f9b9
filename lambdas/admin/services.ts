import type { Connections } from '../../directory/connections';
import type { Table } from '../../directory/table';
import type { ConnectionSecrets } from '../token-rotation/connection-secrets';

/** What an administrative request is served with. */
export interface Services {
  readonly table: Table;
  readonly connections: Connections;
  readonly secrets: ConnectionSecrets;
  /** ARN of the function that rotates tokens on schedule. */
  readonly rotationFunction: string;
  /** Who sends the request: the ARN of an IAM principal. */
  readonly actor: string;
  /** Base URL of a connection's SCIM endpoints, as this request's host has it. */
  readonly scimBaseUrl: (connectionId: string) => string;
}
