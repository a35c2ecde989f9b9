import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { auditRecords } from '../../../directory/connections/audit';
import { CONNECTION_ID, type Connection } from '../../../directory/connections/connection';
import { Connections } from '../../../directory/connections/connections';
import { isResourceId } from '../../../directory/store/keys';
import type { Scope } from '../../../directory/resources/resources';
import { ScimError } from '../../../scim/errors/scim-error';
import { schemaResource } from '../../../scim/schema/representation';
import { ENVIRONMENT } from '../../contract';
import { errorAnswer, jsonAnswer, toResult, type Answer } from '../../http/answer';
import { openTable, variable } from '../../runtime/environment';
import { logAct } from '../../observability/log';
import { measurement } from '../../observability/metrics';
import { deploymentUrl } from '../../http/scim-request';
import { openSecrets } from '../../admin/connection-secrets';
import { probeAt } from '../../admin/token-probe';
import { changeConnection, createConnection, deleteConnection } from '../../admin/connections';
import { readLog } from '../../admin/log';
import { noConnection, notAllowed, Problem, PROBLEM_MEDIA_TYPE } from '../../admin/problem';
import { describeAct, describeConnection, describeToken } from '../../admin/representation';
import { CREATE_CONNECTION, ISSUE_TOKEN, readBody, readJson } from '../../admin/requests';
import { deleteSchema, putSchema, schemaOf } from '../../admin/schemas';
import type { Services } from '../../admin/services';
import { issueConnectionToken, listTokens, revokeToken } from '../../admin/tokens';

/** The admin API. API Gateway has checked the caller's signature; see docs/admin-api.md for what each call takes and answers. */

const DEFAULT_PAGE = 50;
const MAXIMUM_PAGE = 100;

const shared = openTable();
const secrets = openSecrets();
const rotationFunction = variable(ENVIRONMENT.rotationFunction);

/** A request of the admin API. */
interface Request {
  /** Below `/connections/{connectionId}`, with API Gateway's placeholders; undefined for the connections as a whole. */
  readonly route: string | undefined;
  readonly method: string;
  readonly connectionId: string;
  readonly parameter: (name: string) => string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

type Operation = (services: Services, request: Request) => Promise<Answer>;

/** What there is to do: by the route below a connection, then by method. */
const OPERATIONS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  connections: {
    GET: listConnections,
    POST: async (services, { body }) => {
      const { connection, token } = await createConnection(services, readBody(CREATE_CONNECTION, body));
      return jsonAnswer(201, { ...describeConnection(services, connection), token: describeToken(token) });
    },
  },
  '': {
    GET: readConnection,
    PATCH: async (services, { connectionId, body }) =>
      jsonAnswer(200, describeConnection(services, await changeConnection(services, connectionId, readJson(body)))),
    DELETE: async (services, { connectionId }) =>
      jsonAnswer(202, describeConnection(services, await deleteConnection(services, connectionId))),
  },
  '/tokens': {
    GET: async (services, { connectionId }) => jsonAnswer(200, await listTokens(services, connectionId)),
    POST: async (services, { connectionId, body }) =>
      jsonAnswer(201, describeToken(await issueConnectionToken(services, connectionId, readBody(ISSUE_TOKEN, body)))),
  },
  '/tokens/{tokenId}': {
    DELETE: async (services, { connectionId, parameter }) => {
      await revokeToken(services, connectionId, parameter('tokenId'));
      return { status: 204 };
    },
  },
  '/audit': { GET: listAudit },
  '/requests': { GET: listRequests },
  '/schemas': {
    GET: async (services, request) => {
      const { schemas, id } = await existing(services, request);
      return jsonAnswer(200, { schemas: schemas.map((schema) => schemaResource(schema, services.scimBaseUrl(id))) });
    },
  },
  '/schemas/{urn}': {
    GET: async (services, request) => {
      const connection = await existing(services, request);
      const schema = schemaOf(connection, request.parameter('urn'));
      return jsonAnswer(200, schemaResource(schema, services.scimBaseUrl(connection.id)));
    },
    PUT: async (services, { connectionId, parameter, body }) => {
      const scope = scopeOf(services, connectionId);
      const { schema, created } = await putSchema(services, scope, parameter('urn'), body);
      return jsonAnswer(created ? 201 : 200, schemaResource(schema, scope.baseUrl));
    },
    DELETE: async (services, { connectionId, parameter }) => {
      await deleteSchema(services, scopeOf(services, connectionId), parameter('urn'));
      return { status: 204 };
    },
  },
};

function serve(services: Services, request: Request): Promise<Answer> {
  const operations = OPERATIONS[request.route ?? 'connections'] ?? {};
  const operation = operations[request.method];
  if (operation === undefined) throw notAllowed(request.method, Object.keys(operations).join(', '));
  return operation(services, request);
}

async function readConnection(services: Services, { connectionId: id }: Request): Promise<Answer> {
  const { connections } = services;
  const found = (await connections.find(id)) ?? (await connections.findDeleted(id));
  if (found === undefined || ('isEmptied' in found && found.isEmptied)) throw noConnection(id);
  return jsonAnswer(200, describeConnection(services, found));
}

async function listConnections(services: Services, { query: { limit, cursor } }: Request): Promise<Answer> {
  const page = await services.connections.list(
    pageSize(limit),
    idFrom(cursor, (id) => CONNECTION_ID.test(id)),
  );
  return jsonAnswer(200, {
    connections: page.connections.map((connection) => describeConnection(services, connection)),
    ...nextCursor(page.next),
  });
}

async function listAudit(services: Services, request: Request): Promise<Answer> {
  const { limit, cursor } = request.query;
  const { id } = await existing(services, request);
  const page = await auditRecords(services.table, id, pageSize(limit), idFrom(cursor, isResourceId));
  return jsonAnswer(200, { acts: page.records.map(describeAct), ...nextCursor(page.next) });
}

async function listRequests(services: Services, request: Request): Promise<Answer> {
  const { limit, cursor } = request.query;
  const connection = await existing(services, request);
  const page = { limit: pageSize(limit), after: idFrom(cursor, isResourceId) };
  const { requests, next } = await readLog(services.table, connection, request.query, page);
  return jsonAnswer(200, { requests, ...nextCursor(next) });
}

/** @throws Problem 404 */
async function existing({ connections }: Services, { connectionId: id }: Request): Promise<Connection> {
  const connection = await connections.find(id);
  if (connection === undefined) throw noConnection(id);
  return connection;
}

function scopeOf({ table, scimBaseUrl }: Services, connection: string): Scope {
  return { table, connection, baseUrl: scimBaseUrl(connection) };
}

function pageSize(limit: string | undefined): number {
  if (limit === undefined) return DEFAULT_PAGE;
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1) throw new Problem(400, '"limit" must be a positive integer.');
  return Math.min(MAXIMUM_PAGE, Number(limit));
}

function nextCursor(id: string | undefined): { readonly nextCursor?: string } {
  return id === undefined ? {} : { nextCursor: Buffer.from(id).toString('base64url') };
}

function idFrom(cursor: string | undefined, isId: (text: string) => boolean): string | undefined {
  if (cursor === undefined) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (isId(id)) return id;
  throw new Problem(400, '"cursor" is none that this service gave out.');
}

function readRequest(event: APIGatewayProxyEvent): Request {
  const { resource, httpMethod, pathParameters, queryStringParameters, body, isBase64Encoded } = event;
  const connectionId = pathParameters?.['connectionId'];
  return {
    route: connectionId === undefined ? undefined : resource.replace(/^.*\{connectionId\}/, ''),
    method: httpMethod.toUpperCase(),
    connectionId: connectionId ?? '',
    parameter: (name) => decoded(pathParameters?.[name] ?? ''),
    query: queryStringParameters ?? {},
    body: isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? ''),
  };
}

/** API Gateway hands the path on as it was sent. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Failures as problem details: what the directory throws as a ScimError becomes one with the same status. */
function problems(): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> {
  return {
    onError: (invocation) => {
      const { error, context } = invocation;
      invocation.response = toResult(problemOf(error, context.awsRequestId).toAnswer(), PROBLEM_MEDIA_TYPE);
    },
  };
}

function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof Problem) return error;
  const { status, headers = {} } = errorAnswer(error, requestId);
  const detail =
    error instanceof ScimError ? error.message : 'The request failed; the log of the admin function says why.';
  return new Problem(status, detail, [], headers);
}

export const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
  .use(measurement('administrator'))
  .use(problems())
  .handler(async (event, context) => {
    const table = shared.forRequest(Date.now() + context.getRemainingTimeInMillis());
    const deployment = deploymentUrl(event, '/admin/');
    const services: Services = {
      table,
      connections: new Connections(table, logAct),
      secrets,
      rotationFunction,
      probe: probeAt(deployment, process.env[ENVIRONMENT.probedFunction]),
      actor: event.requestContext.identity.userArn ?? 'unknown',
      scimBaseUrl: (id) => `${deployment}/v2/connections/${id}`,
    };
    return toResult(await serve(services, readRequest(event)), 'application/json');
  });
