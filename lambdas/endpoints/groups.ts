import { inParallel } from '../../directory/store/batches';
import { Groups } from '../../directory/groups';
import type { StoredItem } from '../../directory/resources/resource-item';
import { badRequest, ScimError } from '../../scim/errors/scim-error';
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
import { ANSWER_BYTES, jsonAnswer, noContentAnswer, resourceAnswer, withinLimit, type Answer } from '../http/answer';
import { checkPreconditions, hasPrecondition, isNotModified } from '../http/preconditions';
import { changeAnswer, namesAttributes, readOperations, readProjection, readResource } from '../http/read-request';
import { scopeOf, type Exchange } from '../http/request-context';
import { listResources, type ListedType } from './listing';
import type { ResourceEndpoint } from './resource-endpoint';

/** What can be done with a connection's groups (RFC 7644 section 3). Members are read only where they are part of the answer. */
export const groupsEndpoint: ResourceEndpoint = {
  scope: 'groups',

  async list(exchange, query) {
    // Entra ID probes for groups also where only users are provisioned; an error there would stop the users, too.
    if (!exchange.connection.groups) return noGroups();
    return listResources(exchange, [listedGroups(exchange)], query);
  },

  async create(exchange) {
    const projection = readProjection(exchange, exchange.types.group);
    const { attributes, members } = readGroup(exchange);
    const group = await groupsToChange(exchange).create(attributes, members);
    return changeAnswer(exchange, 'POST', withoutMembers(exchange, group), () =>
      changedGroup(exchange, 201, group, projection),
    );
  },

  async get(exchange, id) {
    const projection = readProjection(exchange, exchange.types.group);
    const group = await groups(exchange).get(id);
    if (isNotModified(exchange.request, group)) return noContentAnswer(withoutMembers(exchange, group), 304);
    if (projection.shows('members') && group.members > MOST_MEMBERS) tooManyMembers();
    return withinLimit(resourceAnswer(200, await view(exchange, group, projection), projection), tooManyMembers);
  },

  async replace(exchange, id) {
    const projection = readProjection(exchange, exchange.types.group);
    const { attributes, members } = readGroup(exchange);
    const group = await groupsToChange(exchange).change(
      id,
      (current) => {
        checkPreconditions(exchange.request, current);
        return { attributes: withImmutable(exchange.types.group, current.attributes, attributes), members };
      },
      hasPrecondition(exchange.request),
    );
    return changeAnswer(exchange, 'PUT', withoutMembers(exchange, group), () =>
      changedGroup(exchange, 200, group, projection),
    );
  },

  async patch(exchange, id) {
    const projection = readProjection(exchange, exchange.types.group);
    const operations = readOperations(exchange, exchange.types.group);
    const onMembers = operations.filter(isMembersOperation);
    const onAttributes = operations.filter((operation) => !isMembersOperation(operation));
    const directory = groupsToChange(exchange);
    const group = await directory.change(
      id,
      async (current) => {
        checkPreconditions(exchange.request, current);
        const readOnly = withoutMembers(exchange, current);
        const attributes = applyPatch(
          exchange.types.group,
          current.attributes,
          onAttributes,
          exchange.profile,
          readOnly,
        );
        const isFromMembers = needsCurrentMembers(onMembers);
        const present = isFromMembers ? await directory.currentMembers(id) : [];
        return { attributes, members: foldMembershipOperations(onMembers, present), isFromMembers };
      },
      hasPrecondition(exchange.request),
    );
    return changeAnswer(exchange, 'PATCH', withoutMembers(exchange, group), () =>
      patchedGroup(exchange, group, projection),
    );
  },

  async delete(exchange, id) {
    await groupsToChange(exchange).delete(id, (current) => {
      checkPreconditions(exchange.request, current);
    });
    return { status: 204 };
  },
};

/** The answer to a group probe on a users-only connection: there are none. */
function noGroups(): Promise<Answer> {
  return Promise.resolve(jsonAnswer(200, listResponse([], { totalResults: 0, startIndex: 1 })));
}

/** A connection's groups as part of a listing. */
export function listedGroups(exchange: Exchange): ListedType {
  return {
    collection: groups(exchange).collection,
    async render(found, projection) {
      const views = await inParallel(found, 8, (group) => view(exchange, group, projection));
      return views.map((each) => projection.apply(each));
    },
  };
}

/** The most members that a PATCH answers with unasked; the answer to a larger group's is 204. */
const UNASKED_MEMBERS = 1000;

/** The most members that an answer could hold, were there nothing in it but their ids. */
const MOST_MEMBERS = ANSWER_BYTES / 48;

/**
 * A group after a change; without a body where its members are too many for an answer, or are not all in place: the change has happened all
 * the same.
 */
async function changedGroup(
  exchange: Exchange,
  status: 200 | 201,
  group: StoredItem,
  projection: Projection,
): Promise<Answer> {
  if (projection.shows('members') && (group.pending !== undefined || group.members > MOST_MEMBERS)) {
    return noContentAnswer(withoutMembers(exchange, group), status === 200 ? 204 : status);
  }
  const answer = resourceAnswer(status, await view(exchange, group, projection), projection);
  return withinLimit(answer, () => noContentAnswer(withoutMembers(exchange, group), status === 200 ? 204 : status));
}

function tooManyMembers(): never {
  throw badRequest(
    'tooMany',
    'This group has more members than an answer can hold; ask with excludedAttributes=members.',
  );
}

async function patchedGroup(exchange: Exchange, group: StoredItem, projection: Projection): Promise<Answer> {
  const isUnasked = !namesAttributes(exchange) && group.members > UNASKED_MEMBERS;
  return isUnasked ? noContentAnswer(withoutMembers(exchange, group)) : changedGroup(exchange, 200, group, projection);
}

function readGroup(exchange: Exchange): { attributes: Attributes; members: MembershipChange } {
  const { group: type } = exchange.types;
  const body = readResource(exchange, type);
  // The engine checks members like any attribute; the directory keeps them apart.
  const { members: _, ...attributes } = parseResource(type, body);
  return { attributes, members: membersFrom(isObject(body) ? ownIgnoringCase(body, 'members') : undefined) };
}

/** @throws ScimError 501 on a users-only connection */
function groupsToChange(exchange: Exchange): Groups {
  if (exchange.connection.groups) return groups(exchange);
  throw new ScimError(
    501,
    'This connection provisions users only; switch group provisioning off in the identity provider.',
  );
}

function groups(exchange: Exchange): Groups {
  const { profile, request, types, failures } = exchange;
  return new Groups(scopeOf(exchange), types.group, {
    uniqueNames: profile.uniqueGroupNames,
    unknownMembers: profile.unknownMembers,
    passedOver: (count) => {
      failures.notePassedOver(request, count);
    },
  });
}

async function view(exchange: Exchange, group: StoredItem, projection: Projection): Promise<ResourceView> {
  if (!projection.shows('members')) return withoutMembers(exchange, group);
  const { group: current, members } = await groups(exchange).withMembers(group);
  return toResource(exchange.types.group, current, exchange.request.baseUrl, { members });
}

function withoutMembers({ request, types }: Exchange, group: StoredResource): ResourceView {
  return toResource(types.group, group, request.baseUrl);
}
