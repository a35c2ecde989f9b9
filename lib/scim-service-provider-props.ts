import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ThrottleSettings } from 'aws-cdk-lib/aws-apigateway';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Runtime } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { AlarmProps } from './monitoring/alarm-props';
import type { ConnectionProps } from './connections/connection-props';
import type { NetworkProps } from './network/network-props';
import type { EventsProps } from './events/events-props';
import type { FailureMailProps } from './functions/failure-mail';
import type { BrandingProps, ConsoleProps, PortalProps } from './pages/pages-props';
import type { ScimResourceType } from './resource-types/scim-resource-type';
import type { ScimSecurityEvents } from './security-events/scim-security-events';

/**
 * Properties of a `ScimServiceProvider`.
 *
 * All of them are optional.
 */
export interface ScimServiceProviderProps extends NetworkProps {
  /**
   * Principals that are allowed to call the admin API.
   *
   * They must belong to the account of the stack. Principals whose own IAM policies allow
   * `execute-api:Invoke` on the admin API need not be listed.
   *
   * @default - only principals whose own policies allow it
   */
  readonly adminPrincipals?: IGrantable[];

  /**
   * Whether API Gateway writes a log entry for each request.
   *
   * An entry has the request id, status, route, latency, caller, address and user agent, also of
   * requests that reach no function, and never the `Authorization` header. API Gateway needs a role
   * to write logs, which applies to the whole account and region: see
   * docs/operations/access-logs.md.
   *
   * @default false
   */
  readonly accessLogs?: boolean;

  /**
   * CloudWatch alarms, with their target and thresholds.
   *
   * An empty object creates all alarms with the default thresholds. Their state changes are mailed
   * to `failureMail.recipients`, except for MailFailures and NotificationErrors. The runbook,
   * docs/operations/runbook.md, explains each alarm.
   *
   * @default - no alarms; CloudWatch bills per alarm
   */
  readonly alarms?: AlarmProps;

  /**
   * Name, logo and color of the portal and the console.
   *
   * @default - neutral pages that are named SCIM
   */
  readonly branding?: BrandingProps;

  /**
   * Folder with the bundles of the functions, one subfolder each.
   *
   * @default - the bundles shipped with this package
   */
  readonly bundlesPath?: string;

  /**
   * Connections that are created when the stack is deployed.
   *
   * The base URL and the secret name of each connection are stack outputs. A stack can declare at
   * most 90 connections. When a declaration is removed, the connection stays as it is, unless its
   * `removalPolicy` is `DESTROY`.
   *
   * @default - none; administrators create connections through the admin API
   */
  readonly connections?: ConnectionProps[];

  /**
   * Console: the pages for operators.
   *
   * @default - a console that one-time links of the admin API open
   */
  readonly console?: ConsoleProps;

  /**
   * Whether to create a CloudWatch dashboard.
   *
   * @default true
   */
  readonly dashboard?: boolean;

  /**
   * Name of the deployment: the prefix of the names of its secrets, and the dimension of its
   * metrics.
   *
   * Set it to the previous name before you rename the stack or move the construct: otherwise,
   * existing secrets are not found. The stack output of a secret's name begins with it.
   *
   * @default - the name of the stack and a hash of the construct's path
   */
  readonly deploymentName?: string;

  /**
   * Customer managed key for the table and the secrets of connections.
   *
   * Secrets that exist already keep their key.
   *
   * @default - an AWS owned key for the table and `aws/secretsmanager` for secrets; both are free
   */
  readonly encryptionKey?: IKey;

  /**
   * Table to use instead of a new one, such as a table that was restored from a backup.
   *
   * It needs the keys and the index of the table that this construct creates, and a stream with new
   * and old images. Import it with `TableV2.fromTableAttributes()`, with `tableArn` and
   * `tableStreamArn`, and with `encryptionKey` if it has a customer managed key.
   * docs/operations/recovery.md lists what else a restored table needs.
   *
   * @default - a new table
   */
  readonly existingTable?: ITableV2;

  /**
   * Settings of the mails to administrators, such as reminders of expiring tokens.
   *
   * @default - no mails are sent
   */
  readonly failureMail?: FailureMailProps;

  /**
   * Customer managed key for the logs of the functions and of API Gateway.
   *
   * If the key is imported, its policy must allow CloudWatch Logs to use it.
   *
   * @default - CloudWatch Logs encrypts with a key of its own
   */
  readonly logEncryptionKey?: IKey;

  /**
   * Settings of the event log, from which applications receive changes.
   *
   * @default - events are kept for 30 days and put on a bus of its own
   */
  readonly events?: EventsProps;

  /**
   * Retention of the functions' logs.
   *
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays;

  /**
   * Memory of each function in megabytes: 128 to 10240.
   *
   * Lambda allocates CPU in proportion to memory. Doubling it shortens cold starts and the slowest
   * requests, and costs about 10 cents more per million requests.
   *
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * Whether point-in-time recovery is enabled for the table.
   *
   * The table can then be restored to any second of the last 35 days.
   *
   * @default true
   */
  readonly pointInTimeRecovery?: boolean;

  /**
   * Portal: the pages for customers' identity administrators.
   *
   * @default - a portal that one-time links of the admin API open
   */
  readonly portal?: PortalProps;

  /**
   * Retention of the provisioning log of each connection: 1 to 3650 whole days.
   *
   * The admin API shows this log of failures and changes. A new retention applies to entries that
   * are written after the deployment.
   *
   * @default Duration.days(30)
   */
  readonly provisioningLogRetention?: Duration;

  /**
   * Policy for the table when it is removed from the stack or the stack is deleted.
   *
   * With `RETAIN`, the table is also protected from deletion. The policy also applies to declared
   * connections that have none of their own.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Concurrent executions that are reserved for each function that serves SCIM requests.
   *
   * It is both a guarantee and a limit: other functions of the account cannot use up these
   * executions, and requests above get a 5xx response, which identity providers retry.
   *
   * @default - no reservation; functions share the concurrency of the account
   */
  readonly reservedConcurrency?: number;

  /**
   * Resource types of all connections, in addition to users and groups.
   *
   * At most 20. A type that has resources can grow; a deployment that would lose values fails and
   * says how many resources are in the way. See docs/reference/resource-types.md.
   *
   * @default - none; administrators can add types to a connection through the admin API
   */
  readonly resourceTypes?: ScimResourceType[];

  /**
   * Runtime of the functions.
   *
   * Must be Node.js 20 or later.
   *
   * @default Runtime.NODEJS_24_X
   */
  readonly runtime?: Runtime;

  /**
   * Number of the key that signs security event tokens, counted from 1.
   *
   * KMS does not rotate such keys. A greater number by one creates a new key, which signs from the
   * deployment on; the key before it stays in the key set, so that receivers can verify what it
   * signed, until the next such deployment.
   *
   * @default 1
   */
  readonly securityEventKey?: number;

  /**
   * Streams of security event tokens with the changes of all connections (RFC 9967).
   *
   * An empty list creates the signing key only: administrators then create streams through the
   * admin API. A key in KMS costs a dollar a month.
   *
   * @default - no security events
   */
  readonly securityEvents?: ScimSecurityEvents[];

  /**
   * Limit of requests per second to each SCIM endpoint, for all connections together.
   *
   * Requests above the limit get a 429 response with `Retry-After`. The admin API has limits of its
   * own, and so has each connection (`rateLimit`).
   *
   * @default - 1000 requests per second, with bursts of 2000
   */
  readonly throttling?: ThrottleSettings;

  /**
   * Whether requests are traced with X-Ray.
   *
   * @default false
   */
  readonly tracing?: boolean;
}
