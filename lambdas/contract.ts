/**
 * Names that the constructs and the functions share. The construct makes the synthesized template from them; whoever needs to know
 * the system as it runs reads the template.
 */

/** Environment variables of the functions. */
export const ENVIRONMENT = {
  /** Name of the table; every function. */
  tableName: 'TABLE_NAME',
  /** Begins the name of each connection's secret, which is `<prefix>/<connection id>`; `admin`, `token-rotation` and `notifications`. */
  secretPrefix: 'SECRET_PREFIX',
  /** URL of the API with its stage; `token-rotation` and `notifications`. */
  scimUrl: 'SCIM_URL',
  /** ARN of the function that rotates tokens; `admin`. */
  rotationFunction: 'ROTATION_FUNCTION_ARN',
  /** ARN of the key that secrets are encrypted with, when it is not the account's default; `admin`. */
  secretKey: 'SECRET_KEY_ARN',
  /** Whom mails come from; `notifications`. */
  mailFrom: 'MAIL_FROM',
} as const;

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
] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Those that answer requests. */
export type RoutedFunction = Exclude<FunctionName, 'completion' | 'token-rotation' | 'notifications'>;

/**
 * What of the table's stream the function `completion` is told: intents that a request handed over. `directory/intents.ts` writes them.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 */
export const HANDED_OVER_FILTER = {
  eventName: ['MODIFY'],
  dynamodb: { Keys: { sk: { S: ['intent'] } }, NewImage: { handedOver: { S: [{ exists: true }] } } },
} as const;

/** What of the table's stream the function `notifications` is told: notices that were made. `directory/notices.ts` writes them. */
export const NOTICE_FILTER = {
  eventName: ['INSERT'],
  dynamodb: { NewImage: { gsi1pk: { S: ['unsentNotices'] } } },
} as const;

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
    '/connections/{connectionId}/schemas',
    '/connections/{connectionId}/schemas/{urn}',
  ),
];

function scim(name: RoutedFunction, ...paths: readonly string[]): readonly Route[] {
  return paths.map((path) => ({ path: `${CONNECTION_PATH}${path}`, function: name, authorization: 'token' }));
}

function admin(...paths: readonly string[]): readonly Route[] {
  return paths.map((path) => ({ path: `${ADMIN_PATH}${path}`, function: 'admin', authorization: 'iam' }));
}
