import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { WRONG_URL } from '../../lambdas/contract';

/** A response that API Gateway sends itself. */
export interface GatewayAnswer {
  readonly type: ResponseType;
  readonly status: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const BASE_URL =
  'A SCIM base URL ends with /v2/connections/ and the id of the connection. ' +
  'Requests to the admin API must be signed (AWS SigV4, service execute-api).';

/**
 * Responses that API Gateway sends itself, as SCIM errors (RFC 7644 section 3.12). A response
 * template cannot read the status, so each expected type is listed with its status, and the two
 * defaults get a fixed one.
 */
export const GATEWAY_ANSWERS: readonly GatewayAnswer[] = [
  {
    // API Gateway reports an unknown route as a missing authentication token. For an administrator
    // it is a wrong URL.
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: '404',
    detail: WRONG_URL,
  },
  {
    type: ResponseType.INVALID_SIGNATURE,
    status: '404',
    detail: `This URL does not exist, or the AWS signature of the request is invalid. ${BASE_URL}`,
  },
  {
    type: ResponseType.ACCESS_DENIED,
    status: '403',
    detail:
      'Access denied. The service does not allow requests from this network, ' +
      'or the AWS principal has no permission to call the admin API.',
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
    status: '404',
    detail: `The request was rejected before it reached the service. Check its URL. ${BASE_URL}`,
  },
  {
    type: ResponseType.DEFAULT_5XX,
    status: '500',
    detail: 'The service failed. Try again, or contact its operator.',
  },
];
