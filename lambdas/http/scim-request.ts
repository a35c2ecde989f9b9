import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Parameters } from '../../scim/list/query';
import { readParameters } from './query-parameters';

/** A request as the functions see it: API Gateway's event without API Gateway. */
export interface ScimRequest {
  readonly method: string;
  /** The route with API Gateway's placeholders. */
  readonly resource: string;
  /** Id of the connection in the URL; the caller is not authenticated for it yet. */
  readonly connectionId: string;
  /** Id of the resource in the URL; undefined for a collection. */
  readonly resourceId: string | undefined;
  /** The path below the connection, for the route that catches all other paths. */
  readonly rest: string;
  /** The connection's SCIM base URL, built from the request's own host and stage. */
  readonly baseUrl: string;
  readonly parameters: Parameters;
  /** Header values by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Reads an event of a REST API's proxy integration. HEAD is served as GET. */
export function readEvent(event: APIGatewayProxyEvent): ScimRequest {
  const connectionId = event.pathParameters?.['connectionId'] ?? '';
  const headers = headersOf(event);
  const resourceId = event.pathParameters?.['id'];
  const url = deploymentUrl(event, routeStart(event.resource), headers);
  return {
    method: event.httpMethod === 'HEAD' ? 'GET' : event.httpMethod.toUpperCase(),
    resource: event.resource,
    connectionId,
    resourceId: resourceId === undefined || resourceId === '' ? undefined : resourceId,
    rest: withoutTrailingSlashes(event.pathParameters?.['proxy'] ?? ''),
    baseUrl: `${url}/v2/connections/${connectionId}`,
    parameters: readParameters(event.queryStringParameters ?? {}),
    headers,
    body: bodyOf(event),
  };
}

/** Returns the first segment of a route, which tells its path from that of the stage. */
function routeStart(resource: string): string {
  return `/${resource.split('/')[1] ?? ''}/`;
}

/** A pattern such as `/\/+$/` takes quadratic time for a text with many slashes. */
function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

/** Returns the body as text. */
export function bodyOf({ body, isBase64Encoded }: APIGatewayProxyEvent): string {
  return isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? '');
}

/** Returns the headers by lower-case name: header names are case-insensitive. */
export function headersOf(event: APIGatewayProxyEvent): ReadonlyMap<string, string> {
  // The test function of API Gateway's console sends null, contrary to the type.
  const headers = event.headers as APIGatewayProxyEvent['headers'] | null;
  return new Map(
    Object.entries(headers ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  );
}

/**
 * Returns the URL below which this deployment is served, such as `https://….amazonaws.com/scim`:
 * the request's domain and the part of its path before the route, which is the stage or the base
 * path of a custom domain.
 * @param before the start of the route that the request took
 * @param headers as `headersOf` returns them
 */
export function deploymentUrl(
  event: APIGatewayProxyEvent,
  before: string,
  headers = headersOf(event),
): string {
  const { path, domainName } = event.requestContext;
  const protocol = headers.get('x-forwarded-proto') ?? 'https';
  const prefix = path.slice(0, Math.max(0, path.indexOf(before)));
  return `${protocol}://${domainName ?? 'localhost'}${prefix}`;
}

/** Decodes a path segment, which API Gateway passes on as it was sent. */
export function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
