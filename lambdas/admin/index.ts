import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { CONNECTION_ID, Connections, type Connection } from '../../directory/connections';
import type { Table } from '../../directory/table';
import type { IssuedToken } from '../../directory/tokens';
import { ScimError } from '../../scim/error';
import { schemaResource } from '../../scim/schema/representation';
import { ENVIRONMENT } from '../contract';
import { errorAnswer, jsonAnswer, toResult, type Answer } from '../middleware/answer';
import { openTable } from '../middleware/open-table';
import { deploymentUrl } from '../middleware/scim-request';
import { ConnectionSecrets } from './connection-secrets';
import { createConnection, issueConnectionToken } from './connections';
import { noConnection, Problem, PROBLEM_MEDIA_TYPE } from './problem';
import { CREATE_CONNECTION, ISSUE_TOKEN, readBody } from './requests';
import { deleteSchema, putSchema, schemaOf } from './schemas';

/** The admin API. API Gateway has checked the caller's signature; see docs/admin-api.md for what each call takes and answers. */

const DEFAULT_PAGE = 50;
const MAXIMUM_PAGE = 100;

const shared = openTable();
const secrets = new ConnectionSecrets(
  new SecretsManagerClient({}),
  process.env[ENVIRONMENT.secretPrefix] ?? 'cdk-scim',
);

async function serve(event: APIGatewayProxyEvent, deadline: number): Promise<Answer> {
  const table = shared.forRequest(deadline);
  const connections = new Connections(table);
  const id = event.pathParameters?.['connectionId'] ?? undefined;
  const method = event.httpMethod.toUpperCase();
  if (id === undefined) {
    if (method === 'GET') return listConnections(connections, event);
    if (method === 'POST') return create(connections, event);
    throw notAllowed(method, 'GET, POST');
  }
  if (event.resource.endsWith('/tokens')) {
    if (method === 'POST') return issue(connections, id, event);
    throw notAllowed(method, 'POST');
  }
  if (event.resource.includes('/schemas')) return serveSchemas(table, id, event);
  if (method !== 'GET') throw notAllowed(method, 'GET');
  const connection = await connections.find(id);
  if (connection === undefined) throw noConnection(id);
  return jsonAnswer(200, describe(connection, event));
}

/** `/connections/{id}/schemas` and `/connections/{id}/schemas/{urn}`. */
async function serveSchemas(table: Table, id: string, event: APIGatewayProxyEvent): Promise<Answer> {
  const connections = new Connections(table);
  const connection = await connections.find(id);
  if (connection === undefined) throw noConnection(id);
  const method = event.httpMethod.toUpperCase();
  const baseUrl = scimBaseUrl(connection, event);
  const urn = decoded(event.pathParameters?.['urn'] ?? '');
  if (urn === '') {
    if (method !== 'GET') throw notAllowed(method, 'GET');
    return jsonAnswer(200, { schemas: connection.schemas.map((schema) => schemaResource(schema, baseUrl)) });
  }
  const scope = { table, connection: id, baseUrl };
  if (method === 'GET') return jsonAnswer(200, schemaResource(schemaOf(connection, urn), baseUrl));
  if (method === 'PUT') {
    const { schema, created } = await putSchema(connections, scope, urn, bodyOf(event));
    return jsonAnswer(created ? 201 : 200, schemaResource(schema, baseUrl));
  }
  if (method === 'DELETE') {
    await deleteSchema(connections, scope, urn);
    return { status: 204 };
  }
  throw notAllowed(method, 'GET, PUT, DELETE');
}

/** API Gateway hands the path on as it was sent. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function create(connections: Connections, event: APIGatewayProxyEvent): Promise<Answer> {
  const { connection, token } = await createConnection(
    connections,
    secrets,
    readBody(CREATE_CONNECTION, bodyOf(event)),
  );
  return jsonAnswer(201, { ...describe(connection, event), token: shown(token) });
}

async function issue(connections: Connections, id: string, event: APIGatewayProxyEvent): Promise<Answer> {
  const token = await issueConnectionToken(connections, secrets, id, readBody(ISSUE_TOKEN, bodyOf(event)));
  return jsonAnswer(201, shown(token));
}

async function listConnections(connections: Connections, event: APIGatewayProxyEvent): Promise<Answer> {
  const { limit, cursor } = event.queryStringParameters ?? {};
  const page = await connections.list(pageSize(limit), cursor === undefined ? undefined : decodeCursor(cursor));
  return jsonAnswer(200, {
    connections: page.connections.map((connection) => describe(connection, event)),
    ...(page.next === undefined ? {} : { nextCursor: Buffer.from(page.next).toString('base64url') }),
  });
}

function pageSize(limit: string | undefined): number {
  if (limit === undefined) return DEFAULT_PAGE;
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1) {
    throw new Problem(400, 'Bad Request', '"limit" must be a positive integer.');
  }
  return Math.min(MAXIMUM_PAGE, Number(limit));
}

function decodeCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (CONNECTION_ID.test(id)) return id;
  throw new Problem(400, 'Bad Request', '"cursor" is none that this service gave out.');
}

/** A connection as administrators see it; of its tokens nothing that could be used. */
function describe(connection: Connection, event: APIGatewayProxyEvent): object {
  const { tokens: _, cursorKey: __, schemas, ...settings } = connection;
  return { ...settings, schemas: schemas.map(({ id }) => id), scimBaseUrl: scimBaseUrl(connection, event) };
}

function scimBaseUrl({ id }: Connection, event: APIGatewayProxyEvent): string {
  return `${deploymentUrl(event, '/admin/')}/v2/connections/${id}`;
}

function shown({ id, value, createdAt, expiresAt }: IssuedToken): object {
  return { id, value, createdAt, expiresAt };
}

function bodyOf({ body, isBase64Encoded }: APIGatewayProxyEvent): string {
  return isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? '');
}

function notAllowed(method: string, allow: string): Problem {
  return new Problem(405, 'Method Not Allowed', `${method} is not supported here; use ${allow}.`, [], { Allow: allow });
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
  return new Problem(status, status === 503 ? 'Service Unavailable' : 'Internal Server Error', detail, [], headers);
}

export const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
  .use(problems())
  .handler(async (event, context) => {
    const deadline = Date.now() + context.getRemainingTimeInMillis();
    return toResult(await serve(event, deadline), 'application/json');
  });
