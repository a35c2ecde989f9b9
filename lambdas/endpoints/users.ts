import { groupsOf } from '../../directory/memberships/groups-of';
import { Users } from '../../directory/users';
import { asText, isObject, type Json, type JsonObject } from '../../scim/json';
import { applyPatch } from '../../scim/patch/apply';
import type { PatchOperation } from '../../scim/patch/request';
import { withImmutable } from '../../scim/resource/immutable';
import { parseResource } from '../../scim/resource/parse';
import type { Projection } from '../../scim/resource/project';
import { locationOf, toResource, type ResourceView, type StoredResource } from '../../scim/resource/resource';
import { ENTERPRISE_USER_URN } from '../../scim/schema/enterprise-user';
import { noContentAnswer, resourceAnswer, type Answer } from '../http/answer';
import { checkPreconditions, isNotModified } from '../http/preconditions';
import { changeAnswer, readOperations, readProjection, readResource } from '../http/read-request';
import { scopeOf, type Exchange } from '../http/request-context';
import { listResources, type ListedType } from './listing';
import type { ResourceEndpoint } from './resource-endpoint';

/** What can be done with a connection's users (RFC 7644 section 3). */
export const usersEndpoint: ResourceEndpoint = {
  scope: 'users',

  list(exchange, query) {
    return listResources(exchange, [listedUsers(exchange)], query);
  },

  async create(exchange) {
    const { user: type } = exchange.types;
    const projection = readProjection(exchange, type);
    const user = await users(exchange).create(parseResource(type, readResource(exchange, type)));
    return changeAnswer(exchange, 'POST', plain(exchange, user), async () => {
      // Nobody is in a group yet who has just been created, or has come back.
      const [view = plain(exchange, user)] = await withDerived(exchange, [user], projection, 'none');
      return resourceAnswer(201, view, projection);
    });
  },

  async get(exchange, id) {
    const projection = readProjection(exchange, exchange.types.user);
    const user = await users(exchange).get(id);
    if (isNotModified(exchange.request, user)) return noContentAnswer(plain(exchange, user), 304);
    return answerWith(exchange, 200, user, projection);
  },

  async replace(exchange, id) {
    const { user: type } = exchange.types;
    const projection = readProjection(exchange, type);
    const sent = parseResource(type, readResource(exchange, type));
    const user = await users(exchange).change(id, (current) => {
      checkPreconditions(exchange.request, current);
      // A PUT without `active` says nothing about it: Okta's would otherwise bring back or lock out whom it updates.
      const { active } = current.attributes;
      return withImmutable(type, current.attributes, active === undefined ? sent : { active, ...sent });
    });
    return changeAnswer(exchange, 'PUT', plain(exchange, user), () => answerWith(exchange, 200, user, projection));
  },

  async patch(exchange, id) {
    const { request, profile, types } = exchange;
    const projection = readProjection(exchange, types.user);
    const operations = readOperations(exchange, types.user);
    const groups = await groupsSentBack(exchange, id, operations);
    const user = await users(exchange).change(id, (current) => {
      checkPreconditions(request, current);
      return applyPatch(types.user, current.attributes, operations, profile, {
        ...plain(exchange, current),
        ...groups,
      });
    });
    return changeAnswer(exchange, 'PATCH', plain(exchange, user), () => answerWith(exchange, 200, user, projection));
  },

  async delete(exchange, id) {
    await users(exchange).delete(id, (current) => {
      checkPreconditions(exchange.request, current);
    });
    return { status: 204 };
  },
};

/** A user's groups, where a PATCH sends them back: unchanged they are ignored, as other readOnly values are. */
async function groupsSentBack(
  { table, connection, request }: Exchange,
  id: string,
  operations: readonly PatchOperation[],
): Promise<JsonObject> {
  const areSent = operations.some(({ path }) => path.attribute?.name === 'groups');
  if (!areSent) return {};
  const groups = await groupsOf({ table, connection: connection.id, baseUrl: request.baseUrl }, [id]);
  return { groups: groups.get(id) ?? [] };
}

/** A connection's users as part of a listing. */
export function listedUsers(exchange: Exchange): ListedType {
  return {
    collection: users(exchange).collection,
    async render(found, projection) {
      const views = await withDerived(exchange, found, projection);
      return views.map((view) => projection.apply(view));
    },
  };
}

function users(exchange: Exchange): Users {
  return new Users(scopeOf(exchange), exchange.types.user, exchange.connection.userDeletion);
}

async function answerWith(
  exchange: Exchange,
  status: number,
  user: StoredResource,
  projection: Projection,
): Promise<Answer> {
  const [view = plain(exchange, user)] = await withDerived(exchange, [user], projection);
  return resourceAnswer(status, view, projection);
}

/** A user without what is kept elsewhere. */
function plain({ request, types }: Exchange, user: StoredResource): ResourceView {
  return toResource(types.user, user, request.baseUrl);
}

/** Users with what other resources say of them, as far as it is shown: their groups and their managers' names. */
async function withDerived(
  exchange: Exchange,
  found: readonly StoredResource[],
  projection: Projection,
  inGroups: 'perhaps' | 'none' = 'perhaps',
): Promise<readonly ResourceView[]> {
  const { request, connection, types } = exchange;
  const scope = scopeOf(exchange);
  const [groups, managers] = await Promise.all([
    inGroups === 'perhaps' && connection.groups && projection.shows('groups')
      ? groupsOf(
          scope,
          found.map(({ id }) => id),
        )
      : undefined,
    projection.shows(`${ENTERPRISE_USER_URN}:manager`) ? managersOf(exchange, found) : undefined,
  ]);
  return found.map((user) => {
    const ofUser = groups?.get(user.id) ?? [];
    const manager = managers?.get(managerIdOf(user));
    const derived: Record<string, Json> = ofUser.length === 0 ? {} : { groups: ofUser };
    const extension = user.attributes[ENTERPRISE_USER_URN];
    if (manager !== undefined && isObject(extension)) derived[ENTERPRISE_USER_URN] = { ...extension, manager };
    return toResource(types.user, user, request.baseUrl, derived);
  });
}

/** Managers that are users here, by id, as RFC 7643 section 4.3 shows them: with the name that the service provider knows. */
async function managersOf(
  exchange: Exchange,
  found: readonly StoredResource[],
): Promise<ReadonlyMap<string, JsonObject>> {
  const ids = found.map(managerIdOf).filter((id) => id !== '');
  const managers = ids.length === 0 ? [] : await users(exchange).getMany(ids);
  return new Map(
    managers.map(({ id, attributes }) => {
      const displayName = asText(attributes['displayName']);
      const $ref = locationOf(exchange.types.user, exchange.request.baseUrl, id);
      return [id, { value: id, $ref, ...(displayName === '' ? {} : { displayName }) }];
    }),
  );
}

function managerIdOf({ attributes }: StoredResource): string {
  const extension = attributes[ENTERPRISE_USER_URN];
  const manager = isObject(extension) ? extension['manager'] : undefined;
  return isObject(manager) ? asText(manager['value']) : '';
}
