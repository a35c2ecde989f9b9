import { eventFromItem } from '../../directory/events/event-item';
import { logRecordsOf } from '../../directory/log/provisioning-log';
import { findByValue } from '../../directory/resources/value-lookup';
import { indexedGroupAttributes } from '../../directory/resources/unique-and-indexed-values';
import { CONNECTION_EVENTS, eventPartition } from '../../directory/store/keys';
import { isIssuedId } from '../../directory/store/resource-ids';
import { toEnvelope } from '../../events/envelope';
import { groupData, userData } from '../../events/views';
import type { Services } from '../admin/services';
import { describeLogRecord } from '../admin/log';
import { existingConnection, viewContext } from '../application/services';
import { jsonAnswer, type Answer } from '../http/answer';
import { nextCursor, pageOf, type ApiRequest } from '../json-api/api-request';
import { profileOf } from '../../idp/profiles/registry';
import { USER } from '../../scim/schema/resource-type';

/** `GET /pages/connections/{id}/users?search=`: users with exactly this value, or this id. */
export async function searchUsers(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existingConnection(services, request.connectionId);
  const { table } = services;
  const search = (request.query['search'] ?? '').trim();
  const found = await findByValue(table, connection.id, 'User', USER.indexed, search);
  const ids = found.map(({ id }) => id);
  const context = await viewContext(services, connection, ids);
  return jsonAnswer(200, { users: found.map((user) => userData(user, context)) });
}

/** `GET /pages/connections/{id}/groups?search=`: groups with exactly this value, or this id. */
export async function searchGroups(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existingConnection(services, request.connectionId);
  const search = (request.query['search'] ?? '').trim();
  const { uniqueGroupNames } = profileOf(connection.identityProvider);
  const indexed = indexedGroupAttributes(uniqueGroupNames);
  const found = await findByValue(services.table, connection.id, 'Group', indexed, search);
  const baseUrl = services.scimBaseUrl(connection.id);
  const groups = found.map((group) => ({
    ...groupData(group, connection, baseUrl),
    memberCount: group.memberCount,
  }));
  return jsonAnswer(200, { groups });
}

/** Entries of a resource's history. */
const MOST_ENTRIES = 25;

/** `GET /pages/connections/{id}/history/{resourceId}`: what was logged about a user or group. */
export async function readHistory(services: Services, request: ApiRequest): Promise<Answer> {
  const { id, identityProvider } = await existingConnection(services, request.connectionId);
  const resourceId = request.parameter('resourceId');
  const records = await logRecordsOf(services.table, id, resourceId, MOST_ENTRIES);
  const entries = records.map((record) =>
    describeLogRecord(record, identityProvider, services.audience),
  );
  return jsonAnswer(200, { requests: entries });
}

/** `GET /pages/connections/{id}/events`: the events of a connection's users and groups. */
export async function listEventsOf(services: Services, request: ApiRequest): Promise<Answer> {
  const { id } = await existingConnection(services, request.connectionId);
  return eventPage(services, request, eventPartition(id));
}

/** `GET /pages/events`: the events of the connections themselves. */
export async function listConnectionEvents(
  services: Services,
  request: ApiRequest,
): Promise<Answer> {
  return eventPage(services, request, CONNECTION_EVENTS);
}

/** Returns a page of events, newest first. */
async function eventPage(
  { table, deployment }: Services,
  request: ApiRequest,
  pk: string,
): Promise<Answer> {
  const { limit, after } = pageOf(request, isIssuedId);
  const start = after === undefined ? undefined : { pk, sk: after };
  const { items, next } = await table.query(pk, { limit, after: start, backward: true });
  const events = items.map(eventFromItem).map((event) => toEnvelope(deployment, event));
  return jsonAnswer(200, { events, ...nextCursor(next?.sk) });
}
