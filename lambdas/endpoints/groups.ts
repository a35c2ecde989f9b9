import { Groups } from '../../directory/groups';
import type { StoredItem } from '../../directory/resources/resource-item';
import { inParallel } from '../../directory/store/batches';
import { groupsNotProvisioned } from '../../scim/errors/access-errors';
import { tooManyMembers } from '../../scim/errors/resource-errors';
import { isObject, ownIgnoringCase } from '../../scim/json';
import { listResponse } from '../../scim/list/list-response';
import { applyPatch } from '../../scim/patch/apply';
import {
  foldMembershipOperations,
  isMembersOperation,
  membersFrom,
  needsCurrentMembers,
  type MembershipChange,
} from '../../scim/patch/memberships';
import { withImmutable } from '../../scim/resource/immutable';
import { parseResource, type Attributes } from '../../scim/resource/parse';
import type { Projection } from '../../scim/resource/project';
import { toResource, type ResourceView, type StoredResource } from '../../scim/resource/resource';
import {
  ANSWER_BYTES,
  jsonAnswer,
  noContentAnswer,
  resourceAnswer,
  withinLimit,
  type Answer,
} from '../http/answer';
import { changeAnswer } from '../http/change-answer';
import { checkPreconditions, hasPrecondition, isNotModified } from '../http/preconditions';
import {
  namesAttributes,
  readOperations,
  readProjection,
  readResource,
} from '../http/read-request';
import { tenantOf, type RequestContext } from '../http/request-context';
import type { ListedType } from './lists/listed-type';
import { listResources } from './lists/listing';
import type { ResourceEndpoint } from './resource-endpoint';

/** `/Groups` (RFC 7644 section 3). Members are read only if the answer contains them. */
export const groupsEndpoint: ResourceEndpoint = {
  tokenScope: 'groups',

  async list(context, query) {
    // Entra ID probes for groups on users-only connections, too. An error would stop its user sync.
    if (!context.connection.groups) return noGroups();
    return listResources(context, [listedGroups(context)], query);
  },

  async create(context) {
    const projection = readProjection(context, context.types.group);
    const { attributes, members } = readGroup(context);
    const group = await writableGroups(context).create(attributes, members);
    return changeAnswer(context, 'POST', withoutMembers(context, group), () =>
      changedGroupAnswer(context, 201, group, projection),
    );
  },

  async get(context, id) {
    const projection = readProjection(context, context.types.group);
    const group = await groupsOf(context).get(id);
    if (isNotModified(context.request, group)) {
      return noContentAnswer(withoutMembers(context, group), 304);
    }
    if (projection.shows('members') && group.memberCount > MAXIMUM_MEMBERS) throw tooManyMembers();
    const answer = resourceAnswer(200, await viewOf(context, group, projection), projection);
    return withinLimit(answer, () => {
      throw tooManyMembers();
    });
  },

  async replace(context, id) {
    const { group: type } = context.types;
    const projection = readProjection(context, type);
    const { attributes, members } = readGroup(context);
    const group = await writableGroups(context).change(
      id,
      (current) => {
        checkPreconditions(context.request, current);
        return { attributes: withImmutable(type, current.attributes, attributes), members };
      },
      hasPrecondition(context.request),
    );
    return changeAnswer(context, 'PUT', withoutMembers(context, group), () =>
      changedGroupAnswer(context, 200, group, projection),
    );
  },

  async patch(context, id) {
    const { group: type } = context.types;
    const projection = readProjection(context, type);
    const operations = readOperations(context, type);
    const onMembers = operations.filter(isMembersOperation);
    const onAttributes = operations.filter((operation) => !isMembersOperation(operation));
    const groups = writableGroups(context);
    const group = await groups.change(
      id,
      async (current) => {
        checkPreconditions(context.request, current);
        const readOnly = withoutMembers(context, current);
        const { profile, work } = context;
        const { attributes: stored } = current;
        const attributes = applyPatch(type, stored, onAttributes, profile, readOnly, work);
        const isFromMembers = needsCurrentMembers(onMembers);
        const present = isFromMembers ? await groups.currentMembers(id) : [];
        const members = foldMembershipOperations(onMembers, present, work);
        return { attributes, members, isFromMembers };
      },
      hasPrecondition(context.request),
    );
    return changeAnswer(context, 'PATCH', withoutMembers(context, group), () =>
      patchedGroupAnswer(context, group, projection),
    );
  },

  async delete(context, id) {
    await writableGroups(context).delete(id, (current) => {
      checkPreconditions(context.request, current);
    });
    return { status: 204 };
  },
};

/** The answer to a group probe on a users-only connection. */
function noGroups(): Promise<Answer> {
  return Promise.resolve(jsonAnswer(200, listResponse([], { totalResults: 0, startIndex: 1 })));
}

/** Returns a connection's groups as part of a listing. */
export function listedGroups(context: RequestContext): ListedType {
  return {
    collection: groupsOf(context).collection,
    async render(found, projection) {
      const views = await inParallel(found, 8, (group) => viewOf(context, group, projection));
      return views.map((view) => projection.apply(view));
    },
  };
}

/** Above this size, a PATCH is answered with 204 unless the client names attributes. */
const UNREQUESTED_MEMBERS = 1000;

/** No answer can hold more members, even if it shows only their ids. */
const MAXIMUM_MEMBERS = ANSWER_BYTES / 48;

/**
 * Creates the answer to a change that was committed. It has no body if there are too many members,
 * or if not all member edits are applied yet.
 */
async function changedGroupAnswer(
  context: RequestContext,
  status: 200 | 201,
  group: StoredItem,
  projection: Projection,
): Promise<Answer> {
  const withoutBody = (): Answer =>
    noContentAnswer(withoutMembers(context, group), status === 200 ? 204 : status);
  const isIncomplete = group.pendingIntent !== undefined || group.memberCount > MAXIMUM_MEMBERS;
  if (projection.shows('members') && isIncomplete) return withoutBody();
  const answer = resourceAnswer(status, await viewOf(context, group, projection), projection);
  return withinLimit(answer, withoutBody);
}

async function patchedGroupAnswer(
  context: RequestContext,
  group: StoredItem,
  projection: Projection,
): Promise<Answer> {
  if (!namesAttributes(context) && group.memberCount > UNREQUESTED_MEMBERS) {
    return noContentAnswer(withoutMembers(context, group));
  }
  return changedGroupAnswer(context, 200, group, projection);
}

function readGroup(context: RequestContext): { attributes: Attributes; members: MembershipChange } {
  const { group: type } = context.types;
  const body = readResource(context, type);
  // Members are validated like any attribute, and then stored separately.
  const { members: _, ...attributes } = parseResource(type, body);
  const sent = isObject(body) ? ownIgnoringCase(body, 'members') : undefined;
  return { attributes, members: membersFrom(sent) };
}

/** @throws ScimError 501 on a users-only connection */
function writableGroups(context: RequestContext): Groups {
  if (!context.connection.groups) throw groupsNotProvisioned();
  return groupsOf(context);
}

function groupsOf(context: RequestContext): Groups {
  const { profile, request, types, failures } = context;
  return new Groups(tenantOf(context), types.group, {
    uniqueNames: profile.uniqueGroupNames,
    unknownMembers: profile.unknownMembers,
    onSkippedMembers: ({ length }) => {
      failures.recordSkippedMembers(request, length);
    },
  });
}

async function viewOf(
  context: RequestContext,
  group: StoredItem,
  projection: Projection,
): Promise<ResourceView> {
  if (!projection.shows('members')) return withoutMembers(context, group);
  const { group: current, members } = await groupsOf(context).withMembers(group);
  return toResource(context.types.group, current, context.request.baseUrl, { members });
}

function withoutMembers({ request, types }: RequestContext, group: StoredResource): ResourceView {
  return toResource(types.group, group, request.baseUrl);
}
