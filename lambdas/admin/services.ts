import type { AuditRecord } from '../../directory/connections/audit';
import type { Connections } from '../../directory/connections/connections';
import type { Table } from '../../directory/store/table';
import type { Audience } from '../../idp/explanations/explanation';
import type { WebhookSecrets } from '../webhooks/webhook-secrets';
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
  readonly webhookSecrets: WebhookSecrets;
  /** Lets the function `webhooks` look for deliveries. */
  readonly startDelivery: () => Promise<void>;
  /** Whether webhooks, visitors and issuers may be on this machine, for development. */
  readonly allowsLoopback: boolean;
  /** Lambda's request id. */
  readonly requestId: string;
  /** Name of the deployment. */
  readonly deployment: string;
  /** Reports an action that took effect. */
  readonly onAction: (record: AuditRecord) => void;
  /** The reader of explanations: operators, except for the pages of customers. */
  readonly audience: Audience;
  /** The deployment's own URL with its stage, for links; not built from a request's host. */
  readonly publicUrl: string;
  /** Whether links to the portal and the console can be made. */
  readonly isPortalOn: boolean;
  readonly isConsoleOn: boolean;
  /** Whether the deployment signs security event tokens. */
  readonly hasSecurityEvents: boolean;
  /** Origins that the portal may send its visitors back to. */
  readonly returnOrigins: readonly string[];
  /** Returns a connection's SCIM base URL, built from this request's host. */
  readonly scimBaseUrl: (connectionId: string) => string;
}
