import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ThrottleSettings } from 'aws-cdk-lib/aws-apigateway';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Runtime } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { AlarmProps } from './alarms';
import type { ConnectionProps } from './connection-props';
import type { FailureMailProps } from './failure-mail';
import type { ScimAccess } from './scim-access';

/** A domain name of one's own for the API. */
export interface DomainProps {
  /** The name, such as `scim.example.com`. */
  readonly domainName: string;

  /** A certificate for the name, in the region of the stack. */
  readonly certificate: ICertificate;

  /**
   * The zone that is to hold the name's records.
   *
   * @default - no records are made; point the name at the output of the API's domain name
   */
  readonly hostedZone?: IHostedZone;
}

/** Properties of a `ScimServiceProvider`. None is needed. */
export interface ScimServiceProviderProps {
  /**
   * From where the API can be reached.
   *
   * @default ScimAccess.fromAnywhere()
   */
  readonly access?: ScimAccess;

  /**
   * Principals that may call the admin API, beside those whom their own policies allow `execute-api:Invoke` on it.
   *
   * @default - none
   */
  readonly adminPrincipals?: IGrantable[];

  /**
   * Alarms, and whom they tell. The recipients of `failureMail` are told of them by mail, except of MailFailures and NotificationErrors. Each is explained in docs/runbook.md.
   *
   * @default - none: alarms cost by the month, and those that nobody is told of help nobody
   */
  readonly alarms?: AlarmProps;

  /**
   * Where the bundles of the functions are, one folder each.
   *
   * @default - those shipped with this package
   */
  readonly bundlesPath?: string;

  /**
   * Connections that are made when the stack is deployed. The base URL and the name of the secret of each are outputs. Those that are declared no more stay as
   * they are, unless `removalPolicy` is `DESTROY`.
   *
   * @default - none; administrators make connections over the admin API
   */
  readonly connections?: ConnectionProps[];

  /**
   * Whether there is a dashboard.
   *
   * @default true
   */
  readonly dashboard?: boolean;

  /**
   * A domain name of one's own: base URLs begin with it, and stay when the API is replaced.
   *
   * @default - the name that API Gateway gives
   */
  readonly domain?: DomainProps;

  /**
   * A key of one's own for the table and for the secrets that are made from then on.
   *
   * @default - keys that AWS owns, at no cost
   */
  readonly encryptionKey?: IKey;

  /**
   * How mails to administrators leave, such as the one that a token is about to expire.
   *
   * @default - no mails are sent
   */
  readonly failureMail?: FailureMailProps;

  /**
   * How long the functions' logs are kept.
   *
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays;

  /**
   * Megabytes of memory for each function. CPU comes with it.
   *
   * @default 1024
   */
  readonly memorySize?: number;

  /**
   * Whether the table can be restored to any second of the last 35 days.
   *
   * @default true
   */
  readonly pointInTimeRecovery?: boolean;

  /**
   * How long a connection's provisioning log is kept: what failed and what changed, as the admin API shows it. 1 to 3650 whole days; it applies to entries that are
   * written from then on.
   *
   * @default Duration.days(30)
   */
  readonly provisioningLogRetention?: Duration;

  /**
   * What becomes of the table when it is taken out of the stack. With `RETAIN` it is also protected from deletion.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * What runs the functions: a version of Node.js, 20 or newer.
   *
   * @default Runtime.NODEJS_24_X
   */
  readonly runtime?: Runtime;

  /**
   * Other regions in which the table is replicated, for reading and for recovery. The stack must name its own region.
   *
   * @default - none
   */
  readonly tableReplicas?: string[];

  /**
   * What the functions' interfaces in the VPC may talk to: HTTPS to AWS services is what they need.
   *
   * @default - a group of their own: HTTPS out, nothing in
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * How many requests a second the API takes, all connections together. Others are answered with 429 and `Retry-After`.
   *
   * @default - 200 requests a second, bursts of 400
   */
  readonly throttling?: ThrottleSettings;

  /**
   * Whether X-Ray traces requests.
   *
   * @default false
   */
  readonly tracing?: boolean;

  /**
   * A VPC to run the functions in, for those who must. API Gateway reaches them wherever they run, so that this alone does not make the API private: see `access`.
   *
   * @default - none: the functions reach AWS services and nothing else
   */
  readonly vpc?: IVpc;

  /**
   * Whether endpoints are made in the VPC for what the functions call there: DynamoDB and S3 (gateways, at no cost), Secrets Manager, Lambda, and with
   * `failureMail` SES (interfaces, which cost by the hour). Say no where the VPC has them already, or a way out.
   *
   * @default true
   */
  readonly vpcEndpoints?: boolean;

  /**
   * The subnets of the VPC to run in.
   *
   * @default - its private ones
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * A web ACL (WAFv2, regional) that requests pass first.
   *
   * @default - none
   */
  readonly webAcl?: CfnWebACL;
}
