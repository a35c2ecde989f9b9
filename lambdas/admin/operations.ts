import { auditRecords, erasureRecord } from '../../directory/connections/audit';
import { CONNECTION_ID, type Connection } from '../../directory/connections/connection';
import { DeletedUsers } from '../../directory/deleted-users';
import type { Tenant } from '../../directory/resources/tenant';
import { isIssuedId, isResourceId } from '../../directory/store/resource-ids';
import { shortened } from '../../scim/errors/scim-error';
import { schemaResource } from '../../scim/schema/representation';
import { jsonAnswer, type Answer } from '../http/answer';
import { nextCursor, pageOf, type ApiRequest } from '../json-api/api-request';
import { changeConnection, createConnection, deleteConnection } from './connections';
import {
  closeConversion,
  listConversions,
  readConversion,
  startConversion,
  undoConversion,
} from './conversion/conversions';
import { readLog } from './log';
import { putMapping, putRoles, readMapping, readRoles } from './mapping';
import {
  createClient,
  createSecret,
  deleteClient,
  deleteSecret,
  listClients,
} from './oauth/clients';
import { deleteTrust, putTrust, readTrust } from './oauth/trust';
import { noConnection, notAllowed, Problem } from '../json-api/problem';
import {
  createConsoleSession,
  createPortalLink,
  listPortalLinks,
  revokePortalLink,
} from './portal-links';
import {
  describeAuditRecord,
  describeConnection,
  describeDeletedUser,
  describeToken,
} from './representation';
import { CREATE_CONNECTION, ISSUE_TOKEN } from './requests';
import { readBody, readJson } from '../json-api/read-body';
import { deleteType, listTypes, putType, readType } from './resource-types/resource-types';
import { deleteSchema, putSchema, schemaOf } from './schemas';
import type { Services } from './services';
import {
  changeStream,
  createStream,
  deleteStream,
  listStreams,
  readStream,
  replaceToken,
} from './streams/streams';
import { issueConnectionToken, listTokens, revokeToken } from './tokens';
import { exportResources } from './transfer/export';
import { importResources } from './transfer/import';
import { listDeliveries, replay, resend, testWebhook } from './webhooks/deliveries';
import { readUsage } from './usage';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  listWebhooks,
  readWebhook,
  rotateSecret,
} from './webhooks/webhooks';

/* The calls of the admin API; docs/reference/admin-api.md describes each. */

type Operation = (services: Services, request: ApiRequest) => Promise<Answer>;

/** For answers that contain a token. */
const NO_STORE = { 'Cache-Control': 'no-store' };

/** The operations by route, then by method. */
const OPERATIONS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/connections': {
    GET: listConnections,
    POST: async (services, { body }) => {
      const settings = readBody(CREATE_CONNECTION, body);
      const { connection, token } = await createConnection(services, settings);
      const described = describeConnection(services, connection);
      return jsonAnswer(201, { ...described, token: describeToken(token) }, NO_STORE);
    },
  },
  '/connections/{connectionId}': {
    GET: readConnection,
    PATCH: async (services, { connectionId, body }) => {
      const connection = await changeConnection(services, connectionId, readJson(body));
      return jsonAnswer(200, describeConnection(services, connection));
    },
    DELETE: async (services, { connectionId }) => {
      const deleted = await deleteConnection(services, connectionId);
      return jsonAnswer(202, describeConnection(services, deleted));
    },
  },
  '/connections/{connectionId}/tokens': {
    GET: async (services, { connectionId }) =>
      jsonAnswer(200, await listTokens(services, connectionId)),
    POST: async (services, { connectionId, body }) => {
      const options = readBody(ISSUE_TOKEN, body);
      const { token, earlierTokens } = await issueConnectionToken(services, connectionId, options);
      return jsonAnswer(201, { ...describeToken(token), earlierTokens }, NO_STORE);
    },
  },
  '/connections/{connectionId}/tokens/{tokenId}': {
    DELETE: async (services, { connectionId, parameter }) => {
      await revokeToken(services, connectionId, parameter('tokenId'));
      return { status: 204 };
    },
  },
  '/connections/{connectionId}/oauthClients': { GET: listClients, POST: createClient },
  '/connections/{connectionId}/oauthClients/{clientId}': { DELETE: deleteClient },
  '/connections/{connectionId}/oauthClients/{clientId}/secrets': { POST: createSecret },
  '/connections/{connectionId}/oauthClients/{clientId}/secrets/{secretId}': {
    DELETE: deleteSecret,
  },
  '/connections/{connectionId}/trust': { GET: readTrust, PUT: putTrust, DELETE: deleteTrust },
  '/connections/{connectionId}/deletedUsers': { GET: listDeletedUsers },
  '/connections/{connectionId}/deletedUsers/{userId}': { DELETE: eraseDeletedUser },
  '/connections/{connectionId}/import': { POST: importResources },
  '/connections/{connectionId}/export': { POST: exportResources },
  '/connections/{connectionId}/userNameConversion': {
    GET: listConversions,
    POST: startConversion,
  },
  '/connections/{connectionId}/userNameConversion/{conversionId}': { GET: readConversion },
  '/connections/{connectionId}/userNameConversion/{conversionId}/undo': { POST: undoConversion },
  '/connections/{connectionId}/userNameConversion/{conversionId}/close': { POST: closeConversion },
  '/connections/{connectionId}/usage': {
    GET: async (services, request) => readUsage(services.table, await existing(services, request)),
  },
  '/connections/{connectionId}/audit': { GET: listAudit },
  '/connections/{connectionId}/requests': { GET: listRequests },
  '/connections/{connectionId}/portalLinks': { GET: listPortalLinks, POST: createPortalLink },
  '/connections/{connectionId}/portalLinks/{linkId}': { DELETE: revokePortalLink },
  '/consoleSessions': { POST: createConsoleSession },
  '/connections/{connectionId}/mapping': { GET: readMapping, PUT: putMapping },
  '/connections/{connectionId}/roles': { GET: readRoles, PUT: putRoles },
  '/audit': { GET: listDeploymentAudit },
  '/webhooks': { GET: listWebhooks, POST: createWebhook },
  '/webhooks/{webhookId}': { GET: readWebhook, PATCH: changeWebhook, DELETE: deleteWebhook },
  '/webhooks/{webhookId}/secret': { POST: rotateSecret },
  '/webhooks/{webhookId}/test': { POST: testWebhook },
  '/webhooks/{webhookId}/replay': { POST: replay },
  '/webhooks/{webhookId}/deliveries': { GET: listDeliveries },
  '/webhooks/{webhookId}/deliveries/{eventId}/resend': { POST: resend },
  '/streams': { GET: listStreams, POST: createStream },
  '/streams/{streamId}': { GET: readStream, PATCH: changeStream, DELETE: deleteStream },
  '/streams/{streamId}/token': { POST: replaceToken },
  '/streams/{streamId}/replay': { POST: replay },
  '/streams/{streamId}/deliveries': { GET: listDeliveries },
  '/streams/{streamId}/deliveries/{eventId}/resend': { POST: resend },
  '/connections/{connectionId}/streams': { GET: listStreams, POST: createStream },
  '/connections/{connectionId}/resourceTypes': { GET: listTypes },
  '/connections/{connectionId}/resourceTypes/{name}': {
    GET: readType,
    PUT: putType,
    DELETE: deleteType,
  },
  '/connections/{connectionId}/schemas': {
    GET: async (services, request) => {
      const { schemas, id } = await existing(services, request);
      const baseUrl = services.scimBaseUrl(id);
      return jsonAnswer(200, { schemas: schemas.map((schema) => schemaResource(schema, baseUrl)) });
    },
  },
  '/connections/{connectionId}/schemas/{urn}': {
    GET: async (services, request) => {
      const connection = await existing(services, request);
      const schema = schemaOf(connection, request.parameter('urn'));
      return jsonAnswer(200, schemaResource(schema, services.scimBaseUrl(connection.id)));
    },
    PUT: async (services, { connectionId, parameter, body }) => {
      const tenant = tenantOf(services, connectionId);
      const { schema, created } = await putSchema(services, tenant, parameter('urn'), body);
      return jsonAnswer(created ? 201 : 200, schemaResource(schema, tenant.baseUrl));
    },
    DELETE: async (services, { connectionId, parameter }) => {
      await deleteSchema(services, tenantOf(services, connectionId), parameter('urn'));
      return { status: 204 };
    },
  },
};

/** The routes of the admin API, with placeholders. */
export const ADMIN_ROUTES: readonly string[] = Object.keys(OPERATIONS);

/** Serves a request. @throws Problem 404, 405, and what the operation throws */
export async function serveAdmin(services: Services, request: ApiRequest): Promise<Answer> {
  const operations = OPERATIONS[request.route];
  if (operations === undefined)
    throw new Problem(404, 'The admin API has no such URL. See docs/reference/admin-api.md.');
  const operation = operations[request.method];
  if (operation === undefined) throw notAllowed(request.method, Object.keys(operations).join(', '));
  return operation(services, request);
}

async function readConnection(
  services: Services,
  { connectionId: id }: ApiRequest,
): Promise<Answer> {
  const { connections } = services;
  const found = (await connections.find(id)) ?? (await connections.findDeleted(id));
  if (found === undefined || ('isEmptied' in found && found.isEmptied)) throw noConnection(id);
  return jsonAnswer(200, describeConnection(services, found));
}

async function listConnections(services: Services, request: ApiRequest): Promise<Answer> {
  const { limit, after } = pageOf(request, (id) => CONNECTION_ID.test(id));
  const page = await services.connections.list(limit, after);
  return jsonAnswer(200, {
    connections: page.connections.map((connection) => describeConnection(services, connection)),
    ...nextCursor(page.next),
  });
}

async function listDeletedUsers(services: Services, request: ApiRequest): Promise<Answer> {
  const { id } = await existing(services, request);
  const { limit, after } = pageOf(request, isResourceId);
  const { users, next } = await new DeletedUsers(tenantOf(services, id)).list(limit, after);
  return jsonAnswer(200, { users: users.map(describeDeletedUser), ...nextCursor(next) });
}

async function eraseDeletedUser(services: Services, request: ApiRequest): Promise<Answer> {
  const { id } = await existing(services, request);
  const userId = request.parameter('userId');
  const users = new DeletedUsers(tenantOf(services, id));
  const record = erasureRecord(services.actor, id, userId);
  const isErased = await services.connections.recordAction(record, (alongside) =>
    users.erase(userId, alongside),
  );
  if (!isErased) throw new Problem(404, `There is no deleted user "${shortened(userId)}".`);
  return { status: 204 };
}

async function listAudit(services: Services, request: ApiRequest): Promise<Answer> {
  const { id } = await existing(services, request);
  return auditPage(services, request, id);
}

/** Lists the actions that concern no single connection, such as those on webhooks. */
async function listDeploymentAudit(services: Services, request: ApiRequest): Promise<Answer> {
  return auditPage(services, request, '');
}

async function auditPage(services: Services, request: ApiRequest, id: string): Promise<Answer> {
  const { limit, after } = pageOf(request, isIssuedId);
  const page = await auditRecords(services.table, id, limit, after);
  return jsonAnswer(200, {
    acts: page.records.map(describeAuditRecord),
    ...nextCursor(page.next),
  });
}

async function listRequests(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existing(services, request);
  const page = pageOf(request, isIssuedId);
  const { table, audience } = services;
  const { requests, next } = await readLog(table, connection, audience, request.query, page);
  return jsonAnswer(200, { requests, ...nextCursor(next) });
}

/** @throws Problem 404 */
async function existing(
  { connections }: Services,
  { connectionId: id }: ApiRequest,
): Promise<Connection> {
  const connection = await connections.find(id);
  if (connection === undefined) throw noConnection(id);
  return connection;
}

function tenantOf({ table, scimBaseUrl }: Services, connection: string): Tenant {
  return { table, connection, baseUrl: scimBaseUrl(connection) };
}
