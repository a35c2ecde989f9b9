/**
 * Names that the constructs and the functions share. The construct makes the synthesized template from them; whoever needs to know
 * the system as it runs reads the template.
 */

/** Environment variables of the functions. */
export const ENVIRONMENT = {
  /** Name of the table; every function. */
  tableName: 'TABLE_NAME',
  /**
   * Name of the deployment, which no other one in the account and region has: it begins the name of each connection's secret, which is
   * `<deployment>/<connection id>`, and it is the dimension of the metrics; every function.
   */
  deployment: 'DEPLOYMENT',
  /** Days for which a connection's log is kept; every function. */
  logDays: 'LOG_DAYS',
  /** URL of the API with its stage; those who name it or call it without a request of their own. */
  scimUrl: 'SCIM_URL',
  /** ARN of the function that rotates tokens; `admin`. */
  rotationFunction: 'ROTATION_FUNCTION_ARN',
  /** ARN of the key that secrets are encrypted with, when it is not the account's default; `admin`. */
  secretKey: 'SECRET_KEY_ARN',
  /** Whom mails come from, when there are to be any; `notifications`. */
  mailFrom: 'MAIL_FROM',
  /** Configuration set of SES that mails are sent with; `notifications`. */
  mailConfigurationSet: 'MAIL_CONFIGURATION_SET',
  /** Who gets mails about connections that name no recipients, separated by commas; `notifications`. */
  mailTo: 'MAIL_TO',
  /** ARN of the function that new tokens are tried with where the API cannot be called; `token-rotation`. */
  probedFunction: 'PROBED_FUNCTION_ARN',
} as const;

/** What the functions report to CloudWatch, in logs of the embedded metric format, and the construct makes alarms of. */
export const METRICS = {
  namespace: 'CdkScim',
  /** Dimension of every metric: the deployment. */
  deployment: 'Deployment',
  /** Requests that a function answered with a status from 400 to 499, administrators' among them. */
  refusals: 'Refusals',
  /** Requests that a function answered with 501: what this service, or a users-only connection, does not do. */
  declined: 'Declined',
  /** Milliseconds that a SCIM request took in its function; there are as many of them as there were requests. */
  latency: 'Latency',
  /** SCIM requests that did not do what they were to do; also by the dimension `kind`. */
  failures: 'Failures',
  kind: 'Kind',
  /** Tokens that end within a week and that nothing has replaced. */
  tokensNearExpiry: 'TokensNearExpiry',
  /** Enabled connections that have gone silent, or may be in quarantine. */
  silentConnections: 'SilentConnections',
  /** Attempts to send a mail that SES did not take. */
  mailFailures: 'MailFailures',
} as const;

/** Values of the dimension `kind` of failures, by the status of their answers. */
export const FAILURE_KINDS = [
  'unauthorized',
  'forbidden',
  'notFound',
  'conflict',
  'precondition',
  'invalid',
  'throttled',
  'fault',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** The functions, one folder each beside this file. */
export const FUNCTION_NAMES = [
  'users',
  'groups',
  'bulk',
  'search',
  'discovery',
  'admin',
  'completion',
  'token-rotation',
  'notifications',
  'declared-connections',
] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Those that answer requests. */
export type RoutedFunction = Exclude<
  FunctionName,
  'completion' | 'token-rotation' | 'notifications' | 'declared-connections'
>;

/** What CloudFormation tells the function `declared-connections` of a connection: a custom resource's properties. */
export interface DeclaredProperties {
  readonly Id: string;
  /** The settings as `POST /connections` takes them, as JSON: CloudFormation makes text of every number and boolean. */
  readonly Settings: string;
}

/**
 * What of the table's stream the function `completion` is told: intents that a request handed over, which `directory/intents.ts` writes, and what a request changed, which
 * `directory/origin.ts` marks.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 */
export const COMPLETION_FILTERS = [
  {
    eventName: ['MODIFY'],
    dynamodb: {
      Keys: { sk: { S: ['intent'] } },
      NewImage: { handedOver: { S: [{ exists: true }] } },
    },
  },
  {
    eventName: ['INSERT', 'MODIFY'],
    dynamodb: { NewImage: { by: { M: { requestId: { S: [{ exists: true }] } } } } },
  },
] as const;

/**
 * What of the table's stream the function `notifications` is told: notices that were made, which `directory/notices.ts` writes, and entries of the connections' logs, of
 * `directory/log-entry.ts`. One subscription for both: a stream has two readers at most, and the other is `completion`.
 */
export const NOTIFICATION_FILTERS = [
  { eventName: ['INSERT'], dynamodb: { NewImage: { gsi1pk: { S: ['unsentNotices'] } } } },
  { eventName: ['INSERT'], dynamodb: { NewImage: { entry: { S: ['failure', 'success'] } } } },
] as const;

/** The stage of the REST API; it begins every URL's path. */
export const STAGE = 'scim';

/** Below the stage: where a connection's SCIM endpoints and the admin API begin. */
export const CONNECTION_PATH = '/v2/connections/{connectionId}';
export const ADMIN_PATH = '/admin';

/** The schema of the answers that API Gateway gives in the functions' place; as `ERROR_URN` of `scim/error`. */
export const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';

export interface Route {
  /** Resource path of the REST API, with API Gateway's placeholders. */
  readonly path: string;
  readonly function: RoutedFunction;
  /** SCIM routes carry a bearer token that the function checks; admin routes are signed (SigV4). */
  readonly authorization: 'token' | 'iam';
}

/**
 * Every method of a route goes to its function: what a function does not know it answers itself, with 405 and `Allow`. What no
 * other route of a connection takes goes to `discovery`, which answers that there is no such endpoint.
 */
export const ROUTES: readonly Route[] = [
  ...scim('users', '/Users', '/Users/{id}'),
  ...scim('groups', '/Groups', '/Groups/{id}'),
  ...scim('bulk', '/Bulk'),
  ...scim('search', '', '/.search'),
  ...scim('discovery', '/{proxy+}'),
  ...admin(
    '/connections',
    '/connections/{connectionId}',
    '/connections/{connectionId}/tokens',
    '/connections/{connectionId}/tokens/{tokenId}',
    '/connections/{connectionId}/audit',
    '/connections/{connectionId}/requests',
    '/connections/{connectionId}/schemas',
    '/connections/{connectionId}/schemas/{urn}',
  ),
];

function scim(name: RoutedFunction, ...paths: readonly string[]): readonly Route[] {
  return paths.map((path) => ({
    path: `${CONNECTION_PATH}${path}`,
    function: name,
    authorization: 'token',
  }));
}

function admin(...paths: readonly string[]): readonly Route[] {
  return paths.map((path) => ({
    path: `${ADMIN_PATH}${path}`,
    function: 'admin',
    authorization: 'iam',
  }));
}
