import {
  AuthorizationType,
  LambdaIntegration,
  ResponseType,
  RestApi,
  type MethodOptions,
  type RestApiProps,
} from 'aws-cdk-lib/aws-apigateway';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { ScimServiceProviderProps } from './scim-service-provider-props';
import { ERROR_URN, ROUTES, STAGE, type RoutedFunction } from '../lambdas/contract';

interface ApiProps extends Pick<ScimServiceProviderProps, 'throttling' | 'tracing'> {
  readonly name: string;
  /** From where it can be reached. */
  readonly reach: Pick<RestApiProps, 'endpointConfiguration' | 'policy'>;
}

/**
 * The REST API, without its routes. A REST API and not an HTTP API: that one encodes the bodies of
 * `application/scim+json` in base64 and decodes paths.
 */
export function scimApi(scope: Construct, { name, throttling = {}, tracing = false, reach }: ApiProps): RestApi {
  const { rateLimit = 200, burstLimit = 2 * rateLimit } = throttling;
  const api = new RestApi(scope, 'Api', {
    // Its metrics are by this name.
    restApiName: name,
    description: 'SCIM 2.0 service provider',
    ...reach,
    // The role that this would make is one for the whole account.
    cloudWatchRole: false,
    deployOptions: {
      stageName: STAGE,
      throttlingRateLimit: rateLimit,
      throttlingBurstLimit: burstLimit,
      tracingEnabled: tracing,
    },
  });
  addGatewayResponses(api);
  return api;
}

/** Adds the routes of `lambdas/contract.ts`. */
export function addRoutes(api: RestApi, functions: Readonly<Record<RoutedFunction, LambdaFunction>>): void {
  for (const { path, function: name, authorization } of ROUTES) {
    const options: MethodOptions = {
      authorizationType: authorization === 'iam' ? AuthorizationType.IAM : AuthorizationType.NONE,
    };
    // One permission for the whole API in place of two for each method: a function's policy holds 20 KB.
    const integration = new LambdaIntegration(functions[name], { scopePermissionToMethod: false });
    api.root.resourceForPath(path).addMethod('ANY', integration, options);
  }
}

interface GatewayAnswer {
  readonly type: ResponseType;
  readonly status: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What API Gateway answers itself, in the form that SCIM clients read (RFC 7644 section 3.12). Its templates do not know the status
 * of an answer, so each kind that can happen is spelled out and the defaults get a status of their own.
 */
const GATEWAY_ANSWERS: readonly GatewayAnswer[] = [
  {
    // An unknown route is "missing authentication token" to API Gateway; to the administrator it is a wrong URL.
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: '404',
    detail:
      'There is nothing at this URL. A SCIM base URL ends with /v2/connections/ and the id of the connection. Requests to the admin API are signed (AWS SigV4, service execute-api).',
  },
  { type: ResponseType.ACCESS_DENIED, status: '403', detail: 'This caller may not do this.' },
  { type: ResponseType.INVALID_SIGNATURE, status: '403', detail: 'The signature of the request is wrong.' },
  { type: ResponseType.EXPIRED_TOKEN, status: '403', detail: "The caller's AWS credentials have expired." },
  { type: ResponseType.WAF_FILTERED, status: '403', detail: 'The web application firewall refused the request.' },
  { type: ResponseType.UNSUPPORTED_MEDIA_TYPE, status: '415', detail: 'Send application/scim+json.' },
  { type: ResponseType.REQUEST_TOO_LARGE, status: '413', detail: 'The request is larger than this service accepts.' },
  {
    type: ResponseType.THROTTLED,
    status: '429',
    detail: 'Too many requests; try again.',
    headers: { 'Retry-After': '1' },
  },
  { type: ResponseType.INTEGRATION_TIMEOUT, status: '504', detail: 'The service did not answer in time; try again.' },
  { type: ResponseType.INTEGRATION_FAILURE, status: '502', detail: 'The service failed; try again.' },
  { type: ResponseType.DEFAULT_4XX, status: '400', detail: 'The request was refused before it reached the service.' },
  { type: ResponseType.DEFAULT_5XX, status: '500', detail: 'The service failed; try again.' },
];

function addGatewayResponses(api: RestApi): void {
  for (const { type, status, detail, headers } of GATEWAY_ANSWERS) {
    const responseHeaders = { 'Content-Type': 'application/scim+json', ...headers };
    api.addGatewayResponse(type.responseType.toLowerCase().replaceAll('_', '-'), {
      type,
      statusCode: status,
      templates: { 'application/json': JSON.stringify({ schemas: [ERROR_URN], status, detail }) },
      // A literal value is quoted once more (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html).
      responseHeaders: Object.fromEntries(Object.entries(responseHeaders).map(([name, value]) => [name, `'${value}'`])),
    });
  }
}
