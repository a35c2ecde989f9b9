import { Token } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  LambdaIntegration,
  LogGroupLogDestination,
  RestApi,
  type MethodDeploymentOptions,
  type MethodOptions,
  type StageOptions,
} from 'aws-cdk-lib/aws-apigateway';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { createLogGroup } from '../log-group';
import type { Reach } from './api-policy';
import { GATEWAY_ANSWERS } from './gateway-answers';
import type { ScimServiceProviderProps } from '../scim-service-provider-props';
import { ADMIN_PATH, ERROR_URN, STAGE, type RoutedFunction } from '../../lambdas/contract';
import { ADMIN_METHODS, type Route } from '../../lambdas/routes';

interface ApiProps extends Pick<
  ScimServiceProviderProps,
  | 'accessLogs'
  | 'disableExecuteApiEndpoint'
  | 'domain'
  | 'logEncryptionKey'
  | 'logRetention'
  | 'throttling'
  | 'tracing'
> {
  readonly name: string;
  readonly routes: readonly Route[];
  /** Endpoint configuration and resource policy. */
  readonly reach: Reach;
}

/** @throws Error for a limit that would let no request in, or that API Gateway does not know */
function checkThrottling(rateLimit: number, burstLimit: number): void {
  for (const [name, value] of Object.entries({ rateLimit, burstLimit })) {
    if (Token.isUnresolved(value) || (Number.isFinite(value) && value > 0)) continue;
    throw new Error(`throttling.${name} must be a positive number, not ${value}.`);
  }
}

/**
 * Limit of each method of the admin API. The limit of the stage applies to each method of a route
 * for itself, too, so that requests of identity providers do not use up that of administrators.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
const ADMIN_LIMIT = { throttlingRateLimit: 100, throttlingBurstLimit: 200 };

/** Limit of each method of a page. A person needs few requests, and the live check one in 2 s. */
const PAGE_LIMIT = { throttlingRateLimit: 50, throttlingBurstLimit: 100 };

/**
 * Creates the REST API without its routes. An HTTP API does not fit: it passes bodies of
 * `application/scim+json` in base64 and decodes paths.
 */
export function createApi(scope: Construct, props: ApiProps): RestApi {
  const { name, reach, throttling = {}, tracing = false, accessLogs = false } = props;
  const { disableExecuteApiEndpoint = false, domain } = props;
  if (disableExecuteApiEndpoint && domain === undefined) {
    throw new Error(
      'disableExecuteApiEndpoint requires domain: without it, the API would have no address.',
    );
  }
  const { rateLimit = 1000, burstLimit = 2 * rateLimit } = throttling;
  checkThrottling(rateLimit, burstLimit);
  const api = new RestApi(scope, 'Api', {
    // API Gateway publishes its metrics under this name.
    restApiName: name,
    description: 'SCIM 2.0 service provider',
    ...reach,
    ...(disableExecuteApiEndpoint ? { disableExecuteApiEndpoint } : {}),
    // The role would apply to the whole account.
    cloudWatchRole: false,
    deployOptions: {
      stageName: STAGE,
      throttlingRateLimit: rateLimit,
      throttlingBurstLimit: burstLimit,
      methodOptions: methodLimits(props.routes),
      tracingEnabled: tracing,
      ...(accessLogs ? accessLogOptions(scope, props) : {}),
    },
  });
  addGatewayResponses(api);
  return api;
}

/** Returns the limits of methods that differ from that of the stage. */
function methodLimits(routes: readonly Route[]): Record<string, MethodDeploymentOptions> {
  const limits = new Map<string, MethodDeploymentOptions>();
  for (const method of ADMIN_METHODS) limits.set(`${ADMIN_PATH}/{proxy+}/${method}`, ADMIN_LIMIT);
  for (const { path, methods, authorization } of routes) {
    if (authorization !== 'session') continue;
    for (const method of methods) limits.set(`${path}/${method}`, PAGE_LIMIT);
  }
  return Object.fromEntries(limits);
}

/**
 * Fields of the access log: no query string, which can contain names, and no token.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
 */
const ACCESS_LOG_FIELDS: Readonly<Record<string, string>> = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  path: '$context.path',
  status: '$context.status',
  error: '$context.error.responseType',
  latency: '$context.responseLatency',
  functionLatency: '$context.integrationLatency',
  caller: '$context.identity.userArn',
  address: '$context.identity.sourceIp',
  userAgent: '$context.identity.userAgent',
};

function accessLogOptions(
  scope: Construct,
  props: ApiProps,
): Pick<StageOptions, 'accessLogDestination' | 'accessLogFormat'> {
  return {
    accessLogDestination: new LogGroupLogDestination(createLogGroup(scope, 'AccessLogs', props)),
    accessLogFormat: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG_FIELDS)),
  };
}

/** Adds routes. The functions of other routes may be missing. */
export function addRoutes(
  api: RestApi,
  routes: readonly Route[],
  functions: Readonly<Partial<Record<RoutedFunction, LambdaFunction>>>,
): void {
  for (const { path, function: name, methods, authorization } of routes) {
    const fn = functions[name];
    if (fn === undefined) throw new Error(`There is no function for the route ${path}.`);
    const options: MethodOptions = {
      authorizationType: authorization === 'iam' ? AuthorizationType.IAM : AuthorizationType.NONE,
    };
    // One permission for the whole API instead of two per method: the policy of a function is
    // limited to 20 KB.
    const integration = new LambdaIntegration(fn, { scopePermissionToMethod: false });
    const resource = api.root.resourceForPath(path);
    for (const method of methods) resource.addMethod(method, integration, options);
  }
}

function addGatewayResponses(api: RestApi): void {
  for (const { type, status, detail, headers } of GATEWAY_ANSWERS) {
    const responseHeaders = { 'Content-Type': 'application/scim+json', ...headers };
    api.addGatewayResponse(type.responseType.toLowerCase().replaceAll('_', '-'), {
      type,
      statusCode: status,
      templates: { 'application/json': JSON.stringify({ schemas: [ERROR_URN], status, detail }) },
      // A literal value needs single quotes of its own.
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
      responseHeaders: Object.fromEntries(
        Object.entries(responseHeaders).map(([name, value]) => [name, `'${value}'`]),
      ),
    });
  }
}
