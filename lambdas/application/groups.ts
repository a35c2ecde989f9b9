import { membershipFromItem } from '../../directory/memberships/membership-item';
import { Resources } from '../../directory/resources/resources';
import { indexedGroupAttributes } from '../../directory/resources/unique-and-indexed-values';
import type { StoredItem } from '../../directory/resources/resource-item';
import { membershipKey, membershipPartition, resourcePartition } from '../../directory/store/keys';
import { isResourceId, idIn } from '../../directory/store/resource-ids';
import { groupData, type ViewContext } from '../../events/views';
import { shortened } from '../../scim/errors/scim-error';
import type { JsonObject } from '../../scim/json';
import { resourceTypesWith } from '../../scim/schema/resource-type';
import { jsonAnswer, type Answer } from '../http/answer';
import { nextCursor, pageOf, type ApiRequest } from '../json-api/api-request';
import { Problem } from '../json-api/problem';
import { resourcesPage } from './pages';
import { existingConnection, PAGES, tenantOf, type Services } from './services';

/** `GET /connections/{id}/groups`. */
export async function listGroups(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existingConnection(services, request.connectionId);
  const page = pageOf(request, isResourceId, PAGES);
  const partition = resourcePartition(connection.id, 'Group');
  const { resources, next } = await resourcesPage(services.table, partition, page, () => true);
  const baseUrl = services.scimBaseUrl(connection.id);
  const groups = resources.map((group) => describeGroup(group, { connection, baseUrl }));
  return jsonAnswer(200, { groups, ...nextCursor(next) });
}

/** `GET /connections/{id}/groups/{groupId}`. */
export async function readGroup(services: Services, request: ApiRequest): Promise<Answer> {
  const { connection, group } = await existingGroup(services, request);
  const baseUrl = services.scimBaseUrl(connection.id);
  return jsonAnswer(200, describeGroup(group, { connection, baseUrl }));
}

/** `GET /connections/{id}/groups/{groupId}/members`. */
export async function listMembers(services: Services, request: ApiRequest): Promise<Answer> {
  const { connection, group } = await existingGroup(services, request);
  const { limit, after } = pageOf(request, isResourceId, PAGES);
  const pk = membershipPartition(connection.id, group.id);
  const { items, next } = await services.table.query(pk, {
    limit,
    after: after === undefined ? undefined : membershipKey(connection.id, group.id, after),
  });
  const members = items.map(membershipFromItem).map(({ value, type, display }) => ({
    id: value,
    type,
    ...(display === undefined ? {} : { display }),
  }));
  return jsonAnswer(200, { members, ...nextCursor(next && idIn(next)) });
}

/** @throws Problem 404 */
async function existingGroup(
  services: Services,
  request: ApiRequest,
): Promise<{
  readonly connection: Awaited<ReturnType<typeof existingConnection>>;
  readonly group: StoredItem;
}> {
  const connection = await existingConnection(services, request.connectionId);
  const id = request.parameter('groupId');
  const { group: type } = resourceTypesWith(connection.schemas);
  const tenant = tenantOf(services, connection.id);
  const group = await new Resources(tenant, type, indexedGroupAttributes(true)).find(id);
  if (group === undefined) throw new Problem(404, `There is no group "${shortened(id)}".`);
  return { connection, group };
}

function describeGroup(
  group: StoredItem,
  { connection, baseUrl }: Pick<ViewContext, 'connection' | 'baseUrl'>,
): JsonObject {
  const { memberCount, sequence } = group;
  return { ...groupData(group, connection, baseUrl), memberCount, sequence };
}
