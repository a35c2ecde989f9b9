import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { CONNECTION_ID } from '../../directory/connections/connection';
import { reportRequest } from '../observability/metrics';
import type { Invocation } from '../runtime/invocation';

/** The handler of a function behind API Gateway. */
export type HttpHandler = (
  event: APIGatewayProxyEvent,
  invocation: Invocation,
) => Promise<APIGatewayProxyResult>;

/** Wraps a handler, which answers errors itself, to report each request's metrics. */
export function measured(caller: 'client' | 'administrator', handler: HttpHandler): HttpHandler {
  return async (event, invocation) => {
    const start = performance.now();
    const result = await handler(event, invocation);
    const id = event.pathParameters?.['connectionId'] ?? '';
    const request = {
      connection: CONNECTION_ID.test(id) ? id : '',
      method: event.httpMethod,
      route: event.resource,
      status: result.statusCode,
      requestId: invocation.awsRequestId,
    };
    reportRequest(caller, request, Math.round(performance.now() - start));
    return result;
  };
}
