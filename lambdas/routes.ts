import {
  ADMIN_PATH,
  APPLICATION_PATH,
  CONNECTION_PATH,
  CONSOLE_PATH,
  KEY_SET_PATH,
  METADATA_PATH,
  PORTAL_PATH,
  REQUESTS_PATH,
  STREAM_PATH,
  TOKEN_PATH,
  type RoutedFunction,
} from './contract';

/** A route of the REST API. */
export interface Route {
  /** Resource path, with API Gateway's placeholders. */
  readonly path: string;
  readonly function: RoutedFunction;
  /** `ANY` for all methods: the function answers 405 to those that it does not support. */
  readonly methods: readonly string[];
  /**
   * `token`: the function checks a bearer token, or the secret that a client gets one for. `iam`:
   * API Gateway checks a signature (SigV4). `session`: the function checks a session's cookie.
   */
  readonly authorization: 'token' | 'iam' | 'session';
}

/**
 * The methods of the admin API. Its route lists them because API Gateway has no settings for `ANY`,
 * and administrators need a throttling limit of their own.
 */
export const ADMIN_METHODS = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'] as const;

/** The methods of the application API. */
export const APPLICATION_METHODS = ['DELETE', 'GET', 'POST', 'PUT'] as const;

/** Methods of pages: forms send only these, and pages work without JavaScript. */
export const PAGE_METHODS = ['GET', 'POST'] as const;

/** The route of metadata, which only a deployment with the root of a host has. */
export const METADATA_ROUTE: Route = {
  path: `${METADATA_PATH}${CONNECTION_PATH}`,
  function: 'oauth',
  methods: ['GET'],
  authorization: 'token',
};

/** The routes of security events, which only a deployment that sends them has. */
export const SECURITY_EVENT_ROUTES: readonly Route[] = [
  ...scim('security-events', STREAM_PATH, `${REQUESTS_PATH}/{id}`),
  {
    path: `${APPLICATION_PATH}${STREAM_PATH}`,
    function: 'security-events',
    methods: ['POST'],
    authorization: 'iam',
  },
  { path: KEY_SET_PATH, function: 'security-events', methods: ['GET'], authorization: 'token' },
];

/**
 * The routes. Paths of a connection without a route of their own go to `resources`, which serves
 * the connection's custom types and answers 404 to all others. The functions `admin` and
 * `application` have one route each for all paths, because a template has at most 500 resources.
 */
export const ROUTES: readonly Route[] = routes();

function routes(): readonly Route[] {
  return [
    ...scim('users', '/Users', '/Users/{id}'),
    ...scim('groups', '/Groups', '/Groups/{id}'),
    ...scim('bulk', '/Bulk'),
    ...scim('search', '', '/.search'),
    ...scim('discovery', '/ServiceProviderConfig', '/serviceConfiguration'),
    ...scim('discovery', '/ResourceTypes', '/ResourceTypes/{id}', '/Schemas', '/Schemas/{id}'),
    ...scim('resources', '/{proxy+}'),
    ...scim('oauth', TOKEN_PATH),
    METADATA_ROUTE,
    ...SECURITY_EVENT_ROUTES,
    {
      path: `${ADMIN_PATH}/{proxy+}`,
      function: 'admin',
      methods: ADMIN_METHODS,
      authorization: 'iam',
    },
    {
      path: `${APPLICATION_PATH}/{proxy+}`,
      function: 'application',
      methods: APPLICATION_METHODS,
      authorization: 'iam',
    },
    ...pages(PORTAL_PATH),
    ...pages(CONSOLE_PATH),
  ];
}

function pages(base: string): readonly Route[] {
  return [base, `${base}/{proxy+}`].map((path) => ({
    path,
    function: 'ui',
    methods: PAGE_METHODS,
    authorization: 'session',
  }));
}

function scim(name: RoutedFunction, ...paths: readonly string[]): readonly Route[] {
  return paths.map((path) => ({
    path: `${CONNECTION_PATH}${path}`,
    function: name,
    methods: ['ANY'],
    authorization: 'token',
  }));
}
