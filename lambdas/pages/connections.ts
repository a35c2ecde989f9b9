import * as z from 'zod/mini';
import {
  CONNECTION_ID,
  type Connection,
  type DeletedConnection,
} from '../../directory/connections/connection';
import { searchConnections } from '../../directory/connections/connection-search';
import { daysOfUse } from '../../directory/connections/usage-counts';
import { unadoptedToken } from '../../directory/notices/token-expiry';
import { countOf } from '../../directory/resources/counts';
import type { Table } from '../../directory/store/table';
import { IDENTITY_PROVIDERS } from '../../idp/profiles/registry';
import { inParallel } from '../../directory/store/batches';
import type { ConnectionInfo, ConnectionList, ConnectionRow, DayInfo } from '../../ui/data';
import { changeConnection } from '../admin/connections';
import { latestToken } from '../admin/token-rotation';
import type { Services } from '../admin/services';
import { existingConnection } from '../application/services';
import { jsonAnswer, type Answer } from '../http/answer';
import { nextCursor, pageOf, type ApiRequest, type PageSizes } from '../json-api/api-request';
import { noConnection, Problem } from '../json-api/problem';
import { readBody } from '../json-api/read-body';
import { healthOf, needsAttention } from './health';

const LIST_PAGES: PageSizes = { byDefault: 25, atMost: 100 };

/** Up to this number of connections, those that need attention come first. */
const MOST_SORTED = 300;

/** Connections whose numbers are read in parallel. */
const WIDTH = 16;

/** `GET /pages/connections`: the console's list, with search. */
export async function listConnectionRows(services: Services, request: ApiRequest): Promise<Answer> {
  const { table, connections } = services;
  const { limit, after } = pageOf(request, (id) => CONNECTION_ID.test(id), LIST_PAGES);
  const text = request.query['search'] ?? '';
  const most = after === undefined ? MOST_SORTED : limit;
  const { ids, hasMore } = await searchConnections(table, text, most, after);
  if (after !== undefined || hasMore) {
    const shown = ids.slice(0, limit);
    const rows = await rowsOf(table, await connections.findMany(shown));
    const next = nextCursor(hasMore ? shown.at(-1) : undefined);
    return jsonAnswer(200, { connections: rows, ...next } satisfies ConnectionList);
  }
  const rows = await rowsOf(table, await connections.findMany(ids));
  const urgency = ['bad', 'warning', 'ok', 'idle'] as const;
  const rank = ({ health }: ConnectionRow): number => urgency.indexOf(health.state);
  const list: ConnectionList = {
    connections: rows.sort((a, b) => rank(a) - rank(b)),
    total: rows.length,
    needAttention: rows.filter(({ health }) => needsAttention(health)).length,
  };
  return jsonAnswer(200, list);
}

async function rowsOf(
  table: Table,
  connections: readonly (Connection | DeletedConnection)[],
): Promise<ConnectionRow[]> {
  return [...(await inParallel(connections, WIDTH, (connection) => rowOf(table, connection)))];
}

async function rowOf(
  table: Table,
  connection: Connection | DeletedConnection,
): Promise<ConnectionRow> {
  const { id, displayName } = connection;
  if ('deletedAt' in connection) return { id, displayName, health: healthOf(connection, 0) };
  const { identityProvider, usagePattern } = connection;
  const [users, failures] = await Promise.all([
    countOf(table, id, 'User'),
    failuresToday(table, id),
  ]);
  const health = healthOf(connection, failures);
  return { id, displayName, identityProvider, health, users, ...lastRequest(usagePattern) };
}

async function failuresToday(table: Table, id: string): Promise<number> {
  return (await daysOfUse(table, id, 1))[0]?.failures ?? 0;
}

function lastRequest(pattern: Connection['usagePattern']): { readonly lastRequestAt?: string } {
  return pattern === undefined ? {} : { lastRequestAt: pattern.lastUse };
}

/** `GET /pages/connections/{id}`. */
export async function readConnectionInfo(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existingConnection(services, request.connectionId);
  const { id, displayName, identityProvider, enabled, groups, createdAt, schemas } = connection;
  const { table } = services;
  const [users, groupCount, failures] = await Promise.all([
    countOf(table, id, 'User'),
    countOf(table, id, 'Group'),
    failuresToday(table, id),
  ]);
  const oldTokenEndsAt = unadoptedToken(connection.tokens)?.earlierUntil;
  const info: ConnectionInfo = {
    id,
    displayName,
    identityProvider,
    enabled,
    groups,
    isDeclared: connection.declaredBy !== undefined,
    scimBaseUrl: services.scimBaseUrl(id),
    createdAt,
    health: healthOf(connection, failures),
    users,
    groupCount,
    latestToken: latestToken(connection),
    ...lastRequest(connection.usagePattern),
    ...(oldTokenEndsAt === undefined ? {} : { oldTokenEndsAt }),
    schemas: schemas.map((schema) => ({
      id: schema.id,
      attributes: schema.attributes.map(({ name }) => name),
    })),
  };
  return jsonAnswer(200, info);
}

/** Days that the console's chart shows. */
const DAYS = 14;

/** `GET /pages/connections/{id}/days`: the requests of the last two weeks. */
export async function readDays({ table }: Services, request: ApiRequest): Promise<Answer> {
  const { id } = await existingConnection({ table }, request.connectionId);
  const days: readonly DayInfo[] = await daysOfUse(table, id, DAYS);
  return jsonAnswer(200, { days });
}

const IDENTITY_PROVIDER = z.strictObject({
  identityProvider: z.enum(IDENTITY_PROVIDERS, 'must be one of those offered'),
});

/** `PUT /pages/connections/{id}/identityProvider`: what the portal's first screen chooses. */
export async function putIdentityProvider(
  services: Services,
  request: ApiRequest,
): Promise<Answer> {
  const { identityProvider } = readBody(IDENTITY_PROVIDER, request.body);
  const { connectionId: id } = request;
  const connection = await services.connections.find(id);
  if (connection === undefined) throw noConnection(id);
  if (connection.identityProvider !== identityProvider) {
    if (connection.declaredBy !== undefined) {
      throw new Problem(409, 'The operator has chosen the identity provider of this connection.');
    }
    await changeConnection(services, id, { identityProvider });
  }
  return jsonAnswer(200, { identityProvider });
}
