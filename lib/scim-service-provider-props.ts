import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ThrottleSettings } from 'aws-cdk-lib/aws-apigateway';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Runtime } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { aws_wafv2 as wafv2 } from 'aws-cdk-lib/interfaces';
import type { AlarmProps } from './monitoring/alarm-props';
import type { ConnectionProps } from './connections/connection-props';
import type { FailureMailProps } from './functions/failure-mail';
import type { ScimAccess } from './api/scim-access';

/** Custom domain name of the API. */
export interface DomainProps {
  /** Domain name, such as `scim.example.com`. */
  readonly domainName: string;

  /** Certificate for the domain name, in the region of the stack. */
  readonly certificate: ICertificate;

  /**
   * Hosted zone in which the DNS records of the domain name are created.
   *
   * @default - no records; create one that points to `api.domainName.domainNameAliasDomainName`
   */
  readonly hostedZone?: IHostedZone;
}

/**
 * Properties of a `ScimServiceProvider`.
 *
 * All of them are optional.
 */
export interface ScimServiceProviderProps {
  /**
   * Networks from which the API can be reached.
   *
   * @default ScimAccess.fromAnywhere()
   */
  readonly access?: ScimAccess;

  /**
   * Networks from which the admin API can be reached, if they differ from those of identity
   * providers.
   *
   * @default - as `access`
   */
  readonly adminAccess?: ScimAccess;

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
   * Whether to create a CloudWatch dashboard.
   *
   * @default true
   */
  readonly dashboard?: boolean;

  /**
   * Custom domain name of the API.
   *
   * Base URLs begin with it, and stay the same when the API is replaced. Cannot be combined with
   * `ScimAccess.fromVpc()`.
   *
   * @default - the domain name that API Gateway assigns
   */
  readonly domain?: DomainProps;

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
   * Retention of the functions' logs.
   *
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays;

  /**
   * Memory of each function in megabytes: 128 to 10240.
   *
   * Lambda allocates CPU in proportion to memory.
   *
   * @default 1024
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
   * Runtime of the functions.
   *
   * Must be Node.js 20 or later.
   *
   * @default Runtime.NODEJS_24_X
   */
  readonly runtime?: Runtime;

  /**
   * Security groups of the functions in the VPC.
   *
   * The functions need outbound HTTPS to AWS services. Requires `vpc`.
   *
   * @default - a new security group with outbound HTTPS only
   */
  readonly securityGroups?: ISecurityGroup[];

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

  /**
   * VPC to run the functions in, for accounts that require one.
   *
   * A VPC does not make the API private, because API Gateway invokes functions wherever they run.
   * For a private API, see `access`.
   *
   * @default - no VPC; the functions call AWS services and nothing else
   */
  readonly vpc?: IVpc;

  /**
   * Whether to create VPC endpoints for the services that the functions call.
   *
   * These are gateway endpoints for DynamoDB and S3, which are free, and interface endpoints for
   * Secrets Manager, Lambda and, with `failureMail`, SES, which AWS bills by the hour. Set this to
   * `false` if the VPC already has endpoints or a route to the internet. Requires `vpc`.
   *
   * @default true
   */
  readonly vpcEndpoints?: boolean;

  /**
   * Subnets of the VPC to run the functions in.
   *
   * Requires `vpc`.
   *
   * @default - the private subnets of the VPC
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * Web ACL (WAFv2, regional) that inspects requests before the API.
   *
   * AWS's managed rules reject bodies above 8 KB, such as those of large groups: see
   * docs/operations/firewall.md.
   *
   * @default - no web ACL
   */
  readonly webAcl?: wafv2.IWebACLRef;

  /**
   * ARN of a web ACL that another stack or account manages, instead of `webAcl`.
   *
   * @default - no web ACL
   */
  readonly webAclArn?: string;
}
