import type { APIGatewayProxyEvent } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isObject, parseJson } from '../scim/json';
import { isForeign } from './loopback';
import { InvocationError, isTooLarge, type LocalFunction } from './local-function';
import {
  gatewayResponse,
  matchRoute,
  routesOf,
  stageOf,
  type GatewayResponse,
  type RouteMatch,
} from './routes';
import { requestLine } from './request-line';
import { fullDisk, isDiskFull } from './state/files';
import { asProperties, asText, member, type Template } from './template';

/**
 * Largest body of a request that API Gateway accepts, in bytes.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
 */
const BODY_BYTES = 10 * 1024 * 1024;

/** Largest body that is read to its end before it is rejected. */
const DRAINED_BYTES = 64 * 1024 * 1024;

/** Handlers for paths outside the REST API. */
export type OtherPaths = Readonly<
  Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void> | void>
>;

/** Behavior of the gateway in addition to the routes of the template. */
interface GatewayOptions {
  readonly otherPaths?: OtherPaths;
  /** Called with a line about each request that a function answered. */
  readonly onRequest?: (line: string) => void;
  /** Folder of the engine's data. Failures while its disk is full say so. */
  readonly dataFolder?: string;
  /** Returns the time that answers have, in milliseconds since 1970. @default - Date.now */
  readonly now?: () => number;
}

/**
 * Makes a server behave like the REST API of the template: its stage, routes, proxy integration
 * events and gateway responses. Routes that require IAM authorization in AWS are open to programs
 * on this machine, but not to web pages: see `isForeign`.
 */
export function serveGateway(
  server: Server,
  template: Template,
  functions: ReadonlyMap<string, LocalFunction>,
  { otherPaths = {}, onRequest, dataFolder, now = Date.now }: GatewayOptions = {},
): void {
  const routes = routesOf(template);
  const stage = stageOf(template);

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('Date', new Date(now()).toUTCString());
    handle(request, response).catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      send(response, gatewayResponse(template, 'INTEGRATION_FAILURE', 'DEFAULT_5XX'));
    });
  });
  // Clients reuse idle connections for longer than Node.js keeps them open by default. A request on
  // a connection that was just closed fails.
  server.keepAliveTimeout = 65_000;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', query = ''] = splitOnce(request.url ?? '/', '?');
    const other = Object.hasOwn(otherPaths, path) ? otherPaths[path] : undefined;
    if (other !== undefined) {
      if (isForeign(request))
        send(response, gatewayResponse(template, 'ACCESS_DENIED', 'DEFAULT_4XX'));
      else await other(request, response);
      return;
    }
    const match = path.startsWith(`/${stage}/`)
      ? matchRoute(routes, request.method ?? 'GET', path.slice(stage.length + 1))
      : undefined;
    const body = await readBody(request);
    if (match === undefined) {
      // Without a route, API Gateway expects a signature, and a bearer token is an incomplete one.
      const hasToken = request.headers.authorization !== undefined;
      const type = hasToken ? 'DEFAULT_4XX' : 'MISSING_AUTHENTICATION_TOKEN';
      send(response, gatewayResponse(template, type, 'DEFAULT_4XX'));
    } else if (match.route.authorizationType === 'AWS_IAM' && isForeign(request)) {
      send(response, gatewayResponse(template, 'ACCESS_DENIED', 'DEFAULT_4XX'));
    } else if (body === undefined) {
      send(response, gatewayResponse(template, 'REQUEST_TOO_LARGE', 'DEFAULT_4XX'));
    } else {
      const begun = Date.now();
      const answer = withCause(await integrate(request, match, path, query, body), dataFolder);
      send(response, answer);
      onRequest?.(requestLine(request, answer, Date.now() - begun));
    }
  }

  async function integrate(
    request: IncomingMessage,
    match: RouteMatch,
    path: string,
    query: string,
    body: string,
  ): Promise<GatewayResponse> {
    const target = functions.get(match.route.functionId);
    if (target === undefined)
      return gatewayResponse(template, 'INTEGRATION_FAILURE', 'DEFAULT_5XX');
    const event = toEvent(request, match, { stage, path, query, body });
    if (isTooLarge(event)) return gatewayResponse(template, 'REQUEST_TOO_LARGE', 'DEFAULT_4XX');
    try {
      return toResponse(await target.invoke(event));
    } catch (error) {
      if (!(error instanceof InvocationError)) throw error;
      process.stderr.write(`${error.message}\n`);
      const type = error.kind === 'timeout' ? 'INTEGRATION_TIMEOUT' : 'INTEGRATION_FAILURE';
      return gatewayResponse(template, type, 'DEFAULT_5XX');
    }
  }
}

/**
 * Says so if a request failed because the disk is full. DynamoDB has no such error, so functions
 * take it for a busy table.
 */
function withCause(answer: GatewayResponse, dataFolder: string | undefined): GatewayResponse {
  if (answer.status < 500 || dataFolder === undefined || !isDiskFull(dataFolder)) return answer;
  const detail = fullDisk(dataFolder);
  process.stderr.write(`${detail}\n`);
  const body = answer.body === '' ? null : parseJson(answer.body);
  return isObject(body) ? { ...answer, body: JSON.stringify({ ...body, detail }) } : answer;
}

/** @returns undefined if the body is larger than API Gateway accepts */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    const chunk: unknown = part;
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > DRAINED_BYTES) return undefined;
    if (bytes <= BODY_BYTES) parts.push(chunk);
  }
  return bytes > BODY_BYTES ? undefined : Buffer.concat(parts).toString('utf8');
}

interface ReceivedRequest {
  readonly stage: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
}

/**
 * Creates the event of a Lambda proxy integration.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
function toEvent(
  request: IncomingMessage,
  { route, pathParameters }: RouteMatch,
  received: ReceivedRequest,
): APIGatewayProxyEvent {
  const { stage, path, query, body } = received;
  const method = request.method ?? 'GET';
  const host = request.headers.host ?? 'localhost';
  const multiValueHeaders = { ...headersOf(request), 'X-Forwarded-Proto': ['http'] };
  const multiValueQuery = queryOf(query);
  const last = (lists: Readonly<Record<string, string[]>>): Record<string, string> =>
    Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.at(-1) ?? '']));
  return {
    resource: route.resource,
    path: path.slice(stage.length + 1),
    httpMethod: method,
    headers: last(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: query === '' ? null : last(multiValueQuery),
    multiValueQueryStringParameters: query === '' ? null : multiValueQuery,
    pathParameters,
    stageVariables: null,
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      authorizer: null,
      domainName: host,
      httpMethod: method,
      identity: identityOf(request, route.authorizationType),
      path,
      protocol: 'HTTP/1.1',
      requestId: randomUUID(),
      requestTimeEpoch: Date.now(),
      resourceId: 'local',
      resourcePath: route.resource,
      stage,
    },
    body: body === '' ? null : body,
    isBase64Encoded: false,
  };
}

function identityOf(
  request: IncomingMessage,
  authorizationType: string,
): APIGatewayProxyEvent['requestContext']['identity'] {
  return {
    accessKey: null,
    accountId: null,
    apiKey: null,
    apiKeyId: null,
    caller: null,
    clientCert: null,
    cognitoAuthenticationProvider: null,
    cognitoAuthenticationType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    principalOrgId: null,
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    user: null,
    userAgent: request.headers['user-agent'] ?? null,
    userArn: authorizationType === 'AWS_IAM' ? 'arn:aws:iam::000000000000:user/local' : null,
  };
}

function headersOf({ rawHeaders }: IncomingMessage): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    headers[name] = [...(headers[name] ?? []), rawHeaders[index + 1] ?? ''];
  }
  return headers;
}

/** Decodes query parameters as API Gateway does. Malformed percent-encoding stays unchanged. */
function queryOf(query: string): Record<string, string[]> {
  const parameters: Record<string, string[]> = {};
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const [name = '', value = ''] = splitOnce(pair, '=').map(decode);
    parameters[name] = [...(parameters[name] ?? []), value];
  }
  return parameters;
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function toResponse(result: unknown): GatewayResponse {
  const status = Number(member(result, 'statusCode'));
  if (!Number.isInteger(status))
    throw new InvocationError('failure', 'The function returned no statusCode.');
  const headers = Object.fromEntries(
    Object.entries(asProperties(member(result, 'headers'))).map(([name, value]) => [
      name,
      asText(value),
    ]),
  );
  return { status, headers: remapped(headers), body: asText(member(result, 'body')) };
}

/**
 * Adds the name under which a REST API passes on `WWW-Authenticate`. The original stays, so that
 * clients can be tried with the header that RFC 6750 requires.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
function remapped(headers: Readonly<Record<string, string>>): Record<string, string> {
  const challenge = headers['WWW-Authenticate'];
  return challenge === undefined
    ? headers
    : { ...headers, 'x-amzn-Remapped-WWW-Authenticate': challenge };
}

function send(response: ServerResponse, { status, headers, body }: GatewayResponse): void {
  if (response.headersSent) return;
  response.writeHead(status, {
    ...headers,
    ...(body === '' ? {} : { 'Content-Length': Buffer.byteLength(body) }),
  });
  response.end(body);
}
