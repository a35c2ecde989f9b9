import { resourceFromItem, type StoredItem } from '../../directory/resources/resource-item';
import {
  deletedUserKey,
  deletedUserPartition,
  resourceKey,
  resourcePartition,
} from '../../directory/store/keys';
import { isResourceId } from '../../directory/store/resource-ids';
import { userData, type ViewContext } from '../../events/views';
import { shortened } from '../../scim/errors/scim-error';
import type { JsonObject } from '../../scim/json';
import { jsonAnswer, type Answer } from '../http/answer';
import { nextCursor, pageOf, type ApiRequest } from '../json-api/api-request';
import { Problem } from '../json-api/problem';
import { resourcesPage } from './pages';
import { existingConnection, PAGES, viewContext, type Services } from './services';

/** `GET /connections/{id}/users`: the users, or the deleted users that are retained. */
export async function listUsers(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existingConnection(services, request.connectionId);
  const page = pageOf(request, isResourceId, PAGES);
  const isDeleted = booleanIn(request, 'deleted') ?? false;
  const partition = isDeleted
    ? deletedUserPartition(connection.id)
    : resourcePartition(connection.id, 'User');
  const passes = filterOf(request);
  const { resources, next } = await resourcesPage(services.table, partition, page, passes);
  const context = await viewContext(
    services,
    connection,
    resources.map(({ id }) => id),
  );
  const users = resources.map((user) => describeUser(user, context, isDeleted));
  return jsonAnswer(200, { users, ...nextCursor(next) });
}

function filterOf(request: ApiRequest): (user: StoredItem) => boolean {
  const active = booleanIn(request, 'active');
  const { updatedSince } = request.query;
  const since = updatedSince === undefined ? undefined : Date.parse(updatedSince);
  if (Number.isNaN(since)) {
    throw new Problem(400, '"updatedSince" must be a time such as 2026-01-31T12:00:00Z.');
  }
  return ({ attributes, lastModified }) =>
    (active === undefined || (attributes['active'] !== false) === active) &&
    (since === undefined || Date.parse(lastModified) >= since);
}

/** Reads a parameter that is true or false. @throws Problem 400 */
function booleanIn({ query }: ApiRequest, name: string): boolean | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (value !== 'true' && value !== 'false') {
    throw new Problem(400, `"${name}" must be true or false.`);
  }
  return value === 'true';
}

/** `GET /connections/{id}/users/{userId}`: a user, also one that was deleted and is retained. */
export async function readUser(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existingConnection(services, request.connectionId);
  const id = request.parameter('userId');
  const keys = isResourceId(id)
    ? [resourceKey(connection.id, 'User', id), deletedUserKey(connection.id, id)]
    : [];
  const items = await services.table.getMany(keys);
  const found = keys.flatMap(({ pk }) => items.find((item) => item.pk === pk) ?? [])[0];
  if (found === undefined) throw new Problem(404, `There is no user "${shortened(id)}".`);
  const context = await viewContext(services, connection, [id]);
  const isDeleted = found.pk === deletedUserPartition(connection.id);
  return jsonAnswer(200, describeUser(resourceFromItem(found), context, isDeleted));
}

function describeUser(user: StoredItem, context: ViewContext, isDeleted: boolean): JsonObject {
  const described = { ...userData(user, context), sequence: user.sequence };
  return isDeleted ? { ...described, deletedAt: user.lastModified } : described;
}
