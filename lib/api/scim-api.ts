import { Token } from 'aws-cdk-lib';
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
import type { ScimServiceProviderProps } from '../scim-service-provider-props';
import { ERROR_URN, ROUTES, STAGE, type RoutedFunction } from '../../lambdas/contract';

interface ApiProps extends Pick<ScimServiceProviderProps, 'throttling' | 'tracing'> {
  readonly name: string;
  /** Endpoint configuration and resource policy. */
  readonly reach: Pick<RestApiProps, 'endpointConfiguration' | 'policy'>;
}

/** @throws Error for a limit that would let no request in, or that API Gateway does not know */
function checkThrottling(rateLimit: number, burstLimit: number): void {
  for (const [name, value] of Object.entries({ rateLimit, burstLimit })) {
    if (Token.isUnresolved(value) || (Number.isFinite(value) && value > 0)) continue;
    throw new Error(`throttling.${name} must be a positive number, not ${value}.`);
  }
}

/**
 * Creates the REST API without its routes. An HTTP API does not fit: it passes bodies of
 * `application/scim+json` in base64 and decodes paths.
 */
export function createApi(
  scope: Construct,
  { name, throttling = {}, tracing = false, reach }: ApiProps,
): RestApi {
  const { rateLimit = 200, burstLimit = 2 * rateLimit } = throttling;
  checkThrottling(rateLimit, burstLimit);
  const api = new RestApi(scope, 'Api', {
    // API Gateway publishes its metrics under this name.
    restApiName: name,
    description: 'SCIM 2.0 service provider',
    ...reach,
    // The role would apply to the whole account.
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

/** Adds the routes that `lambdas/contract.ts` defines. */
export function addRoutes(
  api: RestApi,
  functions: Readonly<Record<RoutedFunction, LambdaFunction>>,
): void {
  for (const { path, function: name, authorization } of ROUTES) {
    const options: MethodOptions = {
      authorizationType: authorization === 'iam' ? AuthorizationType.IAM : AuthorizationType.NONE,
    };
    // One permission for the whole API instead of two per method: the policy of a function is
    // limited to 20 KB.
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
 * Responses that API Gateway sends itself, as SCIM errors (RFC 7644 section 3.12). A response
 * template cannot read the status, so each expected type is listed with its status, and the two
 * defaults get a fixed one.
 */
const GATEWAY_ANSWERS: readonly GatewayAnswer[] = [
  {
    // API Gateway reports an unknown route as a missing authentication token. For an administrator
    // it is a wrong URL.
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: '404',
    detail:
      'This URL does not exist. A SCIM base URL ends with /v2/connections/ and the id of the ' +
      'connection. Requests to the admin API must be signed (AWS SigV4, service execute-api).',
  },
  {
    type: ResponseType.ACCESS_DENIED,
    status: '403',
    detail:
      'Access denied. The service does not allow requests from this network, ' +
      'or the AWS principal has no permission to call the admin API.',
  },
  {
    type: ResponseType.INVALID_SIGNATURE,
    status: '403',
    detail: 'The AWS signature of the request is invalid. Sign it with SigV4 for execute-api.',
  },
  {
    type: ResponseType.EXPIRED_TOKEN,
    status: '403',
    detail: 'The AWS credentials of the request have expired. Renew them and try again.',
  },
  {
    type: ResponseType.WAF_FILTERED,
    status: '403',
    detail: 'A web application firewall blocked the request. Contact the operator of the service.',
  },
  {
    type: ResponseType.UNSUPPORTED_MEDIA_TYPE,
    status: '415',
    detail: 'This content type is not supported. Send application/scim+json.',
  },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    status: '413',
    detail: 'The request is too large. Split it into smaller requests.',
  },
  {
    type: ResponseType.THROTTLED,
    status: '429',
    detail: 'Too many requests. Wait for the time in the Retry-After header and try again.',
    headers: { 'Retry-After': '1' },
  },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: '504',
    detail: 'The service did not respond in time. Try again.',
  },
  {
    type: ResponseType.INTEGRATION_FAILURE,
    status: '502',
    detail: 'The service failed. Try again, or contact its operator.',
  },
  {
    type: ResponseType.DEFAULT_4XX,
    status: '400',
    detail: 'The request was rejected before it reached the service. Check its URL and headers.',
  },
  {
    type: ResponseType.DEFAULT_5XX,
    status: '500',
    detail: 'The service failed. Try again, or contact its operator.',
  },
];

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
