import type { APIGatewayProxyEvent } from 'aws-lambda';
import { badRequest, ScimError } from '../../scim/errors/scim-error';
import { parseJson, type Json } from '../../scim/json';
import { LIMITS } from '../../scim/limits';
import type { Parameters } from '../../scim/list/query';

/** A request as the functions see it: API Gateway's event without API Gateway. */
export interface ScimRequest {
  readonly method: string;
  /** The route that the request took, with API Gateway's placeholders. */
  readonly resource: string;
  /** Id of the connection in the URL; whether the caller may speak for it is not known yet. */
  readonly connectionId: string;
  /** What follows the endpoint in the URL: a resource's id; undefined for the collection. */
  readonly resourceId: string | undefined;
  /** The path below the connection, where no route is more specific. */
  readonly rest: string;
  /** The connection's SCIM base URL, from the request's own host and stage. */
  readonly baseUrl: string;
  readonly parameters: Parameters;
  /** A header's value by its lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Reads an event of a REST API's proxy integration. */
export function readEvent(event: APIGatewayProxyEvent): ScimRequest {
  const connectionId = event.pathParameters?.['connectionId'] ?? '';
  const headers = headersOf(event);
  const resourceId = event.pathParameters?.['id'];
  return {
    method: event.httpMethod === 'HEAD' ? 'GET' : event.httpMethod.toUpperCase(),
    resource: event.resource,
    connectionId,
    resourceId: resourceId === undefined || resourceId === '' ? undefined : resourceId,
    rest: (event.pathParameters?.['proxy'] ?? '').replace(/\/+$/, ''),
    baseUrl: `${deploymentUrl(event, '/v2/connections/')}/v2/connections/${connectionId}`,
    parameters: readParameters(event.queryStringParameters ?? {}),
    headers,
    body: event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? ''),
  };
}

/** Header names are case-insensitive; HTTP/2 clients send them in lower case. */
export function headersOf(event: APIGatewayProxyEvent): ReadonlyMap<string, string> {
  // API Gateway sends null, against its type, when an event is made by its console's test.
  const headers = event.headers as APIGatewayProxyEvent['headers'] | null;
  return new Map(
    Object.entries(headers ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  );
}

/**
 * The URL below which this deployment serves, such as `https://….amazonaws.com/scim`: the request's own domain and the part of
 * its path that comes before the routes, which is the stage or a custom domain's base path.
 * @param before the beginning of the route that the request took
 */
export function deploymentUrl(event: APIGatewayProxyEvent, before: string): string {
  const { path, domainName } = event.requestContext;
  const protocol = headersOf(event).get('x-forwarded-proto') ?? 'https';
  return `${protocol}://${domainName ?? 'localhost'}${path.slice(0, Math.max(0, path.indexOf(before)))}`;
}

/**
 * A filter whose spaces are still `+`: some clients write them so (AzureAD/SCIMReferenceCode issue 63), and whether the gateway
 * decodes them is not documented. No name or operator of a filter has a plus, so the first word tells.
 */
function readParameters(parameters: Readonly<Record<string, string | undefined>>): Parameters {
  const { filter } = parameters;
  if (filter === undefined || !/^[\w$:.[\]-]+\+/.test(filter)) return parameters;
  const spaced = filter.replace(/"(?:[^"\\]|\\.)*"|\+/gs, (match) => (match === '+' ? ' ' : match));
  return { ...parameters, filter: spaced };
}

/**
 * The body as JSON.
 * @throws ScimError 400 `invalidSyntax`, 413, 415
 */
export function readJson({ headers, body }: ScimRequest): Json {
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== '' && type !== 'application/scim+json' && type !== 'application/json') {
    throw new ScimError(415, `The body must be application/scim+json, not ${type}.`);
  }
  if (Buffer.byteLength(body) > LIMITS.bodyBytes) {
    throw new ScimError(413, `The body is larger than ${LIMITS.bodyBytes} bytes.`);
  }
  if (body.trim() === '') throw badRequest('invalidSyntax', 'The request needs a body.');
  if (isDeep(body)) throw badRequest('invalidSyntax', `The body nests deeper than ${LIMITS.bodyDepth} levels.`);
  try {
    return parseJson(body);
  } catch (error) {
    throw badRequest(
      'invalidSyntax',
      `The body is no valid JSON: ${error instanceof Error ? error.message : 'unreadable'}.`,
    );
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Whether brackets nest deeper than in any message of the protocol: what reads it later goes down by calling itself. */
export function isDeep(body: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < body.length; index += 1) {
    const character = body.charCodeAt(index);
    if (character === QUOTE) inString = !inString;
    else if (inString) index += character === BACKSLASH ? 1 : 0;
    else if (OPENING.has(character)) depth += 1;
    else if (CLOSING.has(character)) depth -= 1;
    if (depth > LIMITS.bodyDepth) return true;
  }
  return false;
}
