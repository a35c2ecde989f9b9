import { UserGroups } from '../../directory/memberships/user-groups';
import { Users } from '../../directory/users';
import { asText, isObject, type Json, type JsonObject } from '../../scim/json';
import { applyPatch } from '../../scim/patch/apply';
import type { PatchOperation } from '../../scim/patch/request';
import { withImmutable } from '../../scim/resource/immutable';
import { parseResource } from '../../scim/resource/parse';
import type { Projection } from '../../scim/resource/project';
import {
  locationOf,
  toResource,
  type ResourceView,
  type StoredResource,
} from '../../scim/resource/resource';
import { ENTERPRISE_USER_URN } from '../../scim/schema/enterprise-user';
import { noContentAnswer, resourceAnswer, type Answer } from '../http/answer';
import { changeAnswer } from '../http/change-answer';
import { checkPreconditions, isNotModified } from '../http/preconditions';
import {
  readOperations,
  readProjection,
  readReplacement,
  readResource,
} from '../http/read-request';
import { tenantOf, type RequestContext } from '../http/request-context';
import type { ListedType } from './listed-type';
import { listResources } from './listing';
import type { ResourceEndpoint } from './resource-endpoint';

/** `/Users` (RFC 7644 section 3). */
export const usersEndpoint: ResourceEndpoint = {
  tokenScope: 'users',

  list(context, query) {
    return listResources(context, [listedUsers(context)], query);
  },

  async create(context) {
    const { user: type } = context.types;
    const projection = readProjection(context, type);
    const sent = parseResource(type, readResource(context, type));
    const user = await usersOf(context).create(sent);
    return changeAnswer(context, 'POST', viewOf(context, user), async () => {
      // A user that was just created or revived is in no group.
      const [view = viewOf(context, user)] = await viewsOf(context, [user], projection);
      return resourceAnswer(201, view, projection);
    });
  },

  async get(context, id) {
    const projection = readProjection(context, context.types.user);
    const user = await usersOf(context).get(id);
    if (isNotModified(context.request, user)) return noContentAnswer(viewOf(context, user), 304);
    return userAnswer(context, user, projection);
  },

  async replace(context, id) {
    const { user: type } = context.types;
    const projection = readProjection(context, type);
    const sent = readReplacement(context, type);
    const user = await usersOf(context).change(id, (current) => {
      checkPreconditions(context.request, current);
      // A PUT without `active` keeps it: Okta's would otherwise re-activate or lock out the user.
      const { active } = current.attributes;
      const attributes = active === undefined ? sent : { active, ...sent };
      return withImmutable(type, current.attributes, attributes);
    });
    return changeAnswer(context, 'PUT', viewOf(context, user), () =>
      userAnswer(context, user, projection),
    );
  },

  async patch(context, id) {
    const { request, profile, types, work } = context;
    const projection = readProjection(context, types.user);
    const operations = readOperations(context, types.user);
    const groups = await groupsSentBack(context, id, operations);
    const user = await usersOf(context).change(id, (current) => {
      checkPreconditions(request, current);
      const readOnly = { ...viewOf(context, current), ...groups };
      return applyPatch(types.user, current.attributes, operations, profile, readOnly, work);
    });
    return changeAnswer(context, 'PATCH', viewOf(context, user), () =>
      userAnswer(context, user, projection),
    );
  },

  async delete(context, id) {
    await usersOf(context).delete(id, (current) => {
      checkPreconditions(context.request, current);
    });
    return { status: 204 };
  },
};

/** Returns a user's groups if a PATCH sends them back: unchanged, readOnly values are ignored. */
async function groupsSentBack(
  context: RequestContext,
  id: string,
  operations: readonly PatchOperation[],
): Promise<JsonObject> {
  const areSent = operations.some(({ path }) => path.attribute?.name === 'groups');
  if (!areSent) return {};
  const groups = await new UserGroups(tenantOf(context)).of([id]);
  return { groups: groups.get(id) ?? [] };
}

/** Returns a connection's users as part of a listing. */
export function listedUsers(context: RequestContext): ListedType {
  const users = usersOf(context);
  return {
    collection: users.collection,
    prepare(projection) {
      if (showsGroups(context, projection)) users.readGroupsOfPages();
    },
    async render(found, projection) {
      const views = await viewsOf(context, found, projection, users.groups);
      return views.map((view) => projection.apply(view));
    },
  };
}

function showsGroups({ connection }: RequestContext, projection: Projection): boolean {
  return connection.groups && projection.shows('groups');
}

function usersOf(context: RequestContext): Users {
  const { connection, types } = context;
  return new Users(tenantOf(context), types.user, connection.userDeletion, connection);
}

async function userAnswer(
  context: RequestContext,
  user: StoredResource,
  projection: Projection,
): Promise<Answer> {
  const groups = new UserGroups(tenantOf(context));
  const [view = viewOf(context, user)] = await viewsOf(context, [user], projection, groups);
  return resourceAnswer(200, view, projection);
}

/** Returns a user without derived attributes. */
function viewOf({ request, types }: RequestContext, user: StoredResource): ResourceView {
  return toResource(types.user, user, request.baseUrl);
}

/**
 * Returns users with the derived attributes that are shown: their groups, their managers' names.
 * @param userGroups undefined if they are in no groups
 */
async function viewsOf(
  context: RequestContext,
  found: readonly StoredResource[],
  projection: Projection,
  userGroups?: UserGroups,
): Promise<readonly ResourceView[]> {
  const { request, types } = context;
  const ids = found.map(({ id }) => id);
  const showsManager = projection.shows(`${ENTERPRISE_USER_URN}:manager`);
  const [groups, managers] = await Promise.all([
    showsGroups(context, projection) ? userGroups?.of(ids) : undefined,
    showsManager ? managersOf(context, found) : undefined,
  ]);
  return found.map((user) => {
    const userGroups = groups?.get(user.id) ?? [];
    const manager = managers?.get(managerIdOf(user));
    const derived: Record<string, Json> = userGroups.length === 0 ? {} : { groups: userGroups };
    const extension = user.attributes[ENTERPRISE_USER_URN];
    if (manager !== undefined && isObject(extension)) {
      derived[ENTERPRISE_USER_URN] = { ...extension, manager };
    }
    return toResource(types.user, user, request.baseUrl, derived);
  });
}

/** Returns managers that are users of the connection, by id, with `displayName` (RFC 7643 4.3). */
async function managersOf(
  context: RequestContext,
  found: readonly StoredResource[],
): Promise<ReadonlyMap<string, JsonObject>> {
  const ids = found.map(managerIdOf).filter((id) => id !== '');
  const managers = ids.length === 0 ? [] : await usersOf(context).getMany(ids);
  return new Map(
    managers.map(({ id, attributes }) => {
      const displayName = asText(attributes['displayName']);
      const $ref = locationOf(context.types.user, context.request.baseUrl, id);
      return [id, { value: id, $ref, ...(displayName === '' ? {} : { displayName }) }];
    }),
  );
}

function managerIdOf({ attributes }: StoredResource): string {
  const extension = attributes[ENTERPRISE_USER_URN];
  const manager = isObject(extension) ? extension['manager'] : undefined;
  return isObject(manager) ? asText(manager['value']) : '';
}
