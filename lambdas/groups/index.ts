import { inParallel } from '../../directory/batches';
import { Groups } from '../../directory/groups';
import { isResourceId, resourceKey } from '../../directory/keys';
import { isObject, ownIgnoringCase, type JsonObject } from '../../scim/json';
import { applyPatch, checkImmutable } from '../../scim/patch/apply';
import {
  foldMembershipOperations,
  isMembersOperation,
  membersFrom,
  needsCurrentMembers,
  type MembershipChange,
} from '../../scim/patch/memberships';
import { parseResource, type Attributes } from '../../scim/resource/parse';
import type { Projection } from '../../scim/resource/project';
import { toResource, type ResourceView, type StoredResource } from '../../scim/resource/resource';
import { GROUP } from '../../scim/schema/resource-type';
import { listAnswer, noContentAnswer, resourceAnswer, type Answer } from '../middleware/answer';
import { checkPreconditions, hasPrecondition, isNotModified } from '../middleware/preconditions';
import { namesAttributes, readListing, readOperations, readProjection, readResource } from '../middleware/read';
import { serveResourceEndpoint, type ResourceEndpoint } from '../middleware/resource-endpoint';
import { scimHandler, type Exchange } from '../middleware/scim-handler';

/** `/Groups` of a connection. Members are read only where they are part of the answer. */
const endpoint: ResourceEndpoint = {
  async list(exchange) {
    const { filter, startIndex, count, projection } = readListing(exchange, GROUP);
    const page = await groups(exchange).list({ startIndex, count }, filter);
    const resources = await inParallel(page.resources, 8, async (group) =>
      projection.apply(await view(exchange, group, projection)),
    );
    return listAnswer(resources, page.totalResults, startIndex);
  },

  async create(exchange) {
    const projection = readProjection(exchange, GROUP);
    const { attributes, members } = readGroup(exchange);
    const group = await groups(exchange).create(attributes, members);
    return resourceAnswer(201, await view(exchange, group, projection), projection);
  },

  async get(exchange, id) {
    const projection = readProjection(exchange, GROUP);
    const group = await groups(exchange).get(id);
    if (isNotModified(exchange.request, group))
      return { ...noContentAnswer(withoutMembers(exchange, group)), status: 304 };
    return resourceAnswer(200, await view(exchange, group, projection), projection);
  },

  async replace(exchange, id) {
    const projection = readProjection(exchange, GROUP);
    const { attributes, members } = readGroup(exchange);
    const group = await groups(exchange).change(
      id,
      (current) => {
        checkPreconditions(exchange.request, current);
        checkImmutable(GROUP, current.attributes, attributes);
        return { attributes, members };
      },
      hasPrecondition(exchange.request),
    );
    return resourceAnswer(200, await view(exchange, group, projection), projection);
  },

  async patch(exchange, id) {
    const projection = readProjection(exchange, GROUP);
    const operations = readOperations(exchange, GROUP);
    const onMembers = operations.filter(isMembersOperation);
    const onAttributes = operations.filter((operation) => !isMembersOperation(operation));
    const directory = groups(exchange);
    const group = await directory.change(
      id,
      async (current) => {
        checkPreconditions(exchange.request, current);
        const readOnly = withoutMembers(exchange, current);
        const attributes = applyPatch(GROUP, current.attributes, onAttributes, exchange.profile, readOnly);
        const present = needsCurrentMembers(onMembers) ? await directory.currentMembers(id) : [];
        return { attributes, members: foldMembershipOperations(onMembers, present) };
      },
      hasPrecondition(exchange.request),
    );
    return patchAnswer(exchange, group, projection);
  },

  async delete(exchange, id) {
    await groups(exchange).delete(id, (current) => {
      checkPreconditions(exchange.request, current);
    });
    return { status: 204 };
  },
};

/** The most members that a PATCH answers with unasked; the answer to a larger group's is 204. */
const UNASKED_MEMBERS = 1000;

async function patchAnswer(exchange: Exchange, group: StoredResource, projection: Projection): Promise<Answer> {
  const resource = withoutMembers(exchange, group);
  if (namesAttributes(exchange)) return resourceAnswer(200, await view(exchange, group, projection), projection);
  if (exchange.profile.patchAnswer === 'noContent') return noContentAnswer(resource);
  const members = await groups(exchange).members(group.id, UNASKED_MEMBERS);
  return members === 'more'
    ? noContentAnswer(resource)
    : resourceAnswer(200, withMembers(exchange, group, members), projection);
}

function readGroup(exchange: Exchange): { attributes: Attributes; members: MembershipChange } {
  const body = readResource(exchange, GROUP);
  // The engine checks members like any attribute; the directory keeps them apart.
  const { members: _, ...attributes } = parseResource(GROUP, body);
  return { attributes, members: membersFrom(isObject(body) ? ownIgnoringCase(body, 'members') : undefined) };
}

function groups({ table, connection, profile, request }: Exchange): Groups {
  return new Groups(
    { table, connection: connection.id, baseUrl: request.baseUrl },
    { uniqueNames: profile.uniqueGroupNames, unknownMembers: profile.unknownMembers },
  );
}

async function view(exchange: Exchange, group: StoredResource, projection: Projection): Promise<ResourceView> {
  if (!projection.shows('members')) return withoutMembers(exchange, group);
  return withMembers(exchange, group, await groups(exchange).members(group.id));
}

function withMembers({ request }: Exchange, group: StoredResource, members: readonly JsonObject[]): ResourceView {
  return toResource(GROUP, group, request.baseUrl, { members });
}

function withoutMembers({ request }: Exchange, group: StoredResource): ResourceView {
  return toResource(GROUP, group, request.baseUrl);
}

export const handler = scimHandler(serveResourceEndpoint(endpoint), {
  prefetch(table, { connectionId, resourceId }) {
    if (resourceId !== undefined && isResourceId(resourceId))
      table.prefetch(resourceKey(connectionId, 'Group', resourceId));
  },
});
