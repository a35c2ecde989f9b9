/*
 * Names that the constructs and the functions share. The synthesized template is built from them;
 * everything that needs to know the running system reads the template.
 */

/** Environment variables of the functions. */
export const ENVIRONMENT = {
  /** Name of the table; all functions. */
  tableName: 'TABLE_NAME',
  /**
   * Name of the deployment, unique in the account and region; all functions. It is the prefix of
   * the connections' secrets (`<deployment>/<connection id>`) and the dimension of all metrics.
   */
  deployment: 'DEPLOYMENT',
  /** Days that entries of the provisioning log are kept; all functions. */
  logDays: 'LOG_DAYS',
  /** Days that events are kept; functions that append events. */
  eventDays: 'EVENT_DAYS',
  /**
   * Default limit of a connection's requests as `<requests per second>/<burst>`; functions that
   * serve SCIM. Empty for no limit.
   */
  rateLimit: 'RATE_LIMIT',
  /** URL of the API with its stage; functions that need it without a request. */
  scimUrl: 'SCIM_URL',
  /** ARN of the function that rotates tokens; `admin`, `declared-connections`. */
  rotationFunction: 'ROTATION_FUNCTION_ARN',
  /** ARN of the KMS key for secrets; `admin`, `declared-connections`. */
  secretKey: 'SECRET_KEY_ARN',
  /** ARNs of the functions that `dispatcher` starts tasks in; `dispatcher`. */
  completionFunction: 'COMPLETION_FUNCTION_ARN',
  notificationsFunction: 'NOTIFICATIONS_FUNCTION_ARN',
  webhooksFunction: 'WEBHOOKS_FUNCTION_ARN',
  /**
   * Set if webhooks may be sent to this machine and issuers of tokens may run on it, for
   * development; `admin`, `webhooks`, and functions that serve SCIM. It is empty in AWS.
   */
  loopback: 'LOOPBACK',
  /**
   * ARNs of the KMS keys of security event tokens, separated by commas, the one that signs first;
   * functions that sign tokens. Empty if the deployment has no security events.
   */
  signingKeys: 'SIGNING_KEY_ARNS',
  /** Set if requests may be performed after their answer; `bulk`, `groups`. */
  asyncRequests: 'ASYNC_REQUESTS',
  /** ARN of the function that performs them; `dispatcher`. */
  requestsFunction: 'REQUESTS_FUNCTION_ARN',
  /** ARN of the bus that events are put on; `dispatcher`. */
  eventBus: 'EVENT_BUS_ARN',
  /** Seconds that failures are collected for one mail; `dispatcher`. */
  mailWindow: 'MAIL_WINDOW',
  /** Tags of the stack as a JSON object, for secrets; `admin`, `declared-connections`. */
  secretTags: 'SECRET_TAGS',
  /** Set if calls of DynamoDB are traced with X-Ray; all functions. */
  tracing: 'TRACING',
  /** Sender of mails; `notifications`, `dispatcher`. No mails are sent without it. */
  mailFrom: 'MAIL_FROM',
  /** SES configuration set; `notifications`. */
  mailConfigurationSet: 'MAIL_CONFIGURATION_SET',
  /** Default recipients of mails, separated by commas; `notifications`, `dispatcher`. */
  mailTo: 'MAIL_TO',
  /** The address or URL where recipients of a connection may ask; `notifications`. */
  mailContact: 'MAIL_CONTACT',
  /** ARN of the function that pages get their data from; `ui`. */
  adminFunction: 'ADMIN_FUNCTION_ARN',
  /** Which pages there are, as a list of `portal`, `console` and `openId`; `admin`, `ui`. */
  pages: 'PAGES',
  /** Origins that the portal may send its visitors back to, separated by spaces; `admin`. */
  returnOrigins: 'RETURN_ORIGINS',
  /** Name, logo and colors of the pages as JSON; `ui`. */
  branding: 'BRANDING',
  /** OpenID Connect for the console, as JSON; `admin`. Absent without it. */
  openId: 'OPEN_ID',
  /** ARN of the function that tokens are probed with, if Lambda cannot call the API. */
  probedFunction: 'PROBED_FUNCTION_ARN',
} as const;

/** CloudWatch metrics that the functions report in the embedded metric format. */
export const METRICS = {
  namespace: 'CdkScim',
  /** Dimension of all metrics: the deployment. */
  deployment: 'Deployment',
  /** Requests that a function answered with 4xx, including those of the admin API. */
  refusals: 'Refusals',
  /**
   * Requests that a function answered with 501: not supported, or groups on a users-only
   * connection.
   */
  declined: 'Declined',
  /**
   * Milliseconds that a SCIM request took in its function; its sample count is the request count.
   */
  latency: 'Latency',
  /** SCIM requests that failed; also by the dimension `kind`. */
  failures: 'Failures',
  kind: 'Kind',
  /** Tokens that end within a week without a replacement. */
  tokensNearExpiry: 'TokensNearExpiry',
  /** Enabled connections that are silent or may be in quarantine. */
  silentConnections: 'SilentConnections',
  /** Mails that SES did not accept, counted per attempt. */
  mailFailures: 'MailFailures',
  /** Events that EventBridge did not accept, counted per attempt. */
  undeliveredEvents: 'UndeliveredEvents',
  /** Events that a webhook endpoint did not accept in all attempts. */
  failedWebhooks: 'FailedWebhooks',
} as const;

/** Values of the dimension `kind`, derived from the status of the answer. */
export const FAILURE_KINDS = [
  'unauthorized',
  'forbidden',
  'notFound',
  'conflict',
  'precondition',
  'invalid',
  'rateLimited',
  'throttled',
  'fault',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** The functions, one folder each in lambdas/functions. */
export const FUNCTION_NAMES = [
  'users',
  'groups',
  'bulk',
  'search',
  'discovery',
  'resources',
  'oauth',
  'security-events',
  'admin',
  'application',
  'ui',
  'dispatcher',
  'completion',
  'token-rotation',
  'notifications',
  'webhooks',
  'requests',
  'declared-connections',
] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** The functions that answer requests over HTTP. */
export type RoutedFunction = Exclude<
  FunctionName,
  | 'dispatcher'
  | 'completion'
  | 'token-rotation'
  | 'notifications'
  | 'webhooks'
  | 'requests'
  | 'declared-connections'
>;

/** The properties of a declared connection, a custom resource of `declared-connections`. */
export interface DeclaredProperties {
  readonly Id: string;
  /**
   * Settings of `POST /connections` as JSON: CloudFormation turns numbers and booleans into text.
   */
  readonly Settings: string;
}

/** The properties of the custom resource with the resource types of all connections. */
export interface DeclaredTypesProperties {
  /** The types as JSON: the bodies of `PUT …/resourceTypes/{name}` with their names. */
  readonly ResourceTypes: string;
}

/** The properties of the custom resource with the streams of all connections. */
export interface DeclaredStreamsProperties {
  /** The streams as JSON: the bodies of `POST /streams` with their ids. */
  readonly Streams: string;
}

/**
 * Filters of the table's stream for `dispatcher`, which AWS limits to five:
 *
 * 1. connections, and intents that were handed over (directory/store/intents.ts),
 * 2. items that a request changed (directory/resources/request-info.ts),
 * 3. new memberships,
 * 4. new notices (directory/notices), and failure or success entries of the provisioning log
 *    (directory/log/failure-entry.ts),
 * 5. items that were removed. A condition that leaves out what has expired would have to rely on an
 *    attribute that is missing, which not every implementation of filters understands.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 */
export const STREAM_FILTERS = [
  {
    eventName: ['INSERT', 'MODIFY'],
    dynamodb: { Keys: { sk: { S: ['connection', 'intent'] } } },
  },
  {
    eventName: ['INSERT', 'MODIFY'],
    dynamodb: { NewImage: { by: { M: { requestId: { S: [{ exists: true }] } } } } },
  },
  { eventName: ['INSERT'], dynamodb: { NewImage: { type: { S: ['User', 'Group'] } } } },
  {
    eventName: ['INSERT'],
    dynamodb: { NewImage: { entry: { S: ['failure', 'success', 'notice', 'result'] } } },
  },
  { eventName: ['REMOVE'] },
] as const;

/** The stage of the REST API, with which the path of every URL starts. */
export const STAGE = 'scim';

/** The `Source` of events on the bus. */
export const EVENT_SOURCE = 'cdk-scim';

/** The types of events on the bus; those of directory/events without `webhook.test`. */
export const EVENT_TYPES = [
  'user.created',
  'user.updated',
  'user.deactivated',
  'user.reactivated',
  'user.deleted',
  'group.created',
  'group.updated',
  'group.deleted',
  'group.member_added',
  'group.member_removed',
  'resource.created',
  'resource.updated',
  'resource.deleted',
  'connection.created',
  'connection.updated',
  'connection.deleted',
  'connection.sync_completed',
] as const;

/** Paths below the stage: SCIM endpoints, those of a connection, and the admin API. */
export const SCIM_PATH = '/v2';
export const CONNECTION_PATH = `${SCIM_PATH}/connections/{connectionId}`;
export const ADMIN_PATH = '/admin';
/** Path of the application API, which has its version. */
export const APPLICATION_PATH = '/app/v1';

/** Path of a connection's token endpoint below its base URL. */
export const TOKEN_PATH = '/oauth2/token';

/**
 * Path of the metadata about token endpoints at the root of a host, followed by the path of a
 * connection (RFC 8414 section 3.1).
 */
export const METADATA_PATH = '/.well-known/oauth-authorization-server';

/**
 * Path of a stream of security event tokens below a connection's base URL, and below that of the
 * application API.
 */
export const STREAM_PATH = '/streams/{id}';

/**
 * Path of the results of requests that are performed after their answer, below a connection's base
 * URL.
 */
export const REQUESTS_PATH = '/requests';

/** Path of the key set that verifies security event tokens (RFC 7517). */
export const KEY_SET_PATH = '/.well-known/jwks.json';

/** Paths of the pages for customers' identity administrators, and for operators. */
export const PORTAL_PATH = '/portal';
export const CONSOLE_PATH = '/console';

/** API Gateway's answer to a URL without a route. The portal shows the same text. */
export const WRONG_URL =
  'This URL does not exist. A SCIM base URL ends with /v2/connections/ and the id of the ' +
  'connection. Requests to the admin API must be signed (AWS SigV4, service execute-api).';

/** The schema of API Gateway's own answers; the same as `ERROR_URN` of scim/errors. */
export const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';
