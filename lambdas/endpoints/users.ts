import { UserGroups } from '../../directory/memberships/user-groups';
import { ignoreUnhandled } from '../../directory/store/prefetched';
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
import { changeAnswer, isAnsweredWithBody } from '../http/change-answer';
import { checkPreconditions, isNotModified } from '../http/preconditions';
import {
  readOperations,
  readProjection,
  readReplacement,
  readResource,
} from '../http/read-request';
import { tenantOf, type RequestContext } from '../http/request-context';
import { checkAssignments } from './assignments';
import type { ListedType } from './lists/listed-type';
import { listResources } from './lists/listing';
import { withoutRepeats } from './repeated-roles';
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
    await checkAssignments(context, undefined, sent);
    const user = await usersOf(context).create(sent);
    return changeAnswer(context, 'POST', viewOf(context, user), async () => {
      // A user that was just created or revived is in no group.
      const [view = viewOf(context, user)] = await viewsOf(context, [user], projection);
      return resourceAnswer(201, view, projection);
    });
  },

  async get(context, id) {
    const projection = readProjection(context, context.types.user);
    const groups = startGroups(context, id, projection);
    const user = await usersOf(context).get(id);
    if (isNotModified(context.request, user)) return noContentAnswer(viewOf(context, user), 304);
    return userAnswer(context, user, projection, groups);
  },

  async replace(context, id) {
    const { user: type } = context.types;
    const projection = readProjection(context, type);
    const sent = readReplacement(context, type);
    const groups = startGroupsFor(context, 'PUT', id, projection);
    const user = await usersOf(context).change(id, async (current) => {
      checkPreconditions(context.request, current);
      // A PUT without `active` keeps it: Okta's would otherwise re-activate or lock out the user.
      const { active } = current.attributes;
      const attributes = active === undefined ? sent : { active, ...sent };
      const changed = withImmutable(type, current.attributes, attributes);
      await checkAssignments(context, current.attributes, changed);
      return changed;
    });
    return changeAnswer(context, 'PUT', viewOf(context, user), () =>
      userAnswer(context, user, projection, groups),
    );
  },

  async patch(context, id) {
    const { request, profile, types, work } = context;
    const projection = readProjection(context, types.user);
    const operations = readOperations(context, types.user);
    const sentBack = await groupsSentBack(context, id, operations);
    const groups = startGroupsFor(context, 'PATCH', id, projection);
    const user = await usersOf(context).change(id, async (current) => {
      checkPreconditions(request, current);
      const readOnly = { ...viewOf(context, current), ...sentBack };
      const { attributes } = current;
      const patched = applyPatch(types.user, attributes, operations, profile, readOnly, work);
      const changed = profile.tolerant ? withoutRepeats(patched) : patched;
      await checkAssignments(context, attributes, changed);
      return changed;
    });
    return changeAnswer(context, 'PATCH', viewOf(context, user), () =>
      userAnswer(context, user, projection, groups),
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
      if (showsGroups(context, projection)) users.readGroupsWithUsers();
    },
    async render(found, projection) {
      const ids = found.map(({ id }) => id);
      const groups = showsGroups(context, projection) ? users.groups.of(ids) : undefined;
      const views = await viewsOf(context, found, projection, groups);
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

/** The groups of users, by the users' ids, which are being read. */
type ReadGroups = ReturnType<UserGroups['of']>;

/** Starts to read a user's groups if the answer to a change will show them. */
function startGroupsFor(
  context: RequestContext,
  method: 'PUT' | 'PATCH',
  id: string,
  projection: Projection,
): ReadGroups | undefined {
  return isAnsweredWithBody(context, method) ? startGroups(context, id, projection) : undefined;
}

/** Starts to read a user's groups if the answer will show them. */
function startGroups(
  context: RequestContext,
  id: string,
  projection: Projection,
): ReadGroups | undefined {
  if (!showsGroups(context, projection)) return undefined;
  const groups = new UserGroups(tenantOf(context)).of([id]);
  ignoreUnhandled(groups);
  return groups;
}

async function userAnswer(
  context: RequestContext,
  user: StoredResource,
  projection: Projection,
  groups: ReadGroups | undefined,
): Promise<Answer> {
  const [view = viewOf(context, user)] = await viewsOf(context, [user], projection, groups);
  return resourceAnswer(200, view, projection);
}

/** Returns a user without derived attributes. */
function viewOf({ request, types }: RequestContext, user: StoredResource): ResourceView {
  return toResource(types.user, user, request.baseUrl);
}

/**
 * Returns users with the derived attributes that are shown: their groups, their managers' names.
 * @param groupsByUser the groups that are being read; undefined if the answer shows none
 */
async function viewsOf(
  context: RequestContext,
  found: readonly StoredResource[],
  projection: Projection,
  groupsByUser?: ReadGroups,
): Promise<readonly ResourceView[]> {
  const { request, types } = context;
  const showsManager = projection.shows(`${ENTERPRISE_USER_URN}:manager`);
  const [groups, managers] = await Promise.all([
    groupsByUser,
    showsManager ? managersOf(context, found) : undefined,
  ]);
  return found.map((user) => {
    const ownGroups = groups?.get(user.id) ?? [];
    const manager = managers?.get(managerIdOf(user));
    const derived: Record<string, Json> = ownGroups.length === 0 ? {} : { groups: ownGroups };
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
