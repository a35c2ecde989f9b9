import { isResourceId, resourceKey } from '../../directory/keys';
import { Users } from '../../directory/users';
import { applyPatch, checkImmutable } from '../../scim/patch/apply';
import { parseResource, type Attributes } from '../../scim/resource/parse';
import { toResource, type ResourceView, type StoredResource } from '../../scim/resource/resource';
import { USER } from '../../scim/schema/resource-type';
import { listAnswer, noContentAnswer, resourceAnswer } from '../middleware/answer';
import { checkPreconditions, isNotModified } from '../middleware/preconditions';
import { namesAttributes, readListing, readOperations, readProjection, readResource } from '../middleware/read';
import { serveResourceEndpoint, type ResourceEndpoint } from '../middleware/resource-endpoint';
import { scimHandler, type Exchange } from '../middleware/scim-handler';

/** `/Users` of a connection. */
const endpoint: ResourceEndpoint = {
  async list(exchange) {
    const { filter, startIndex, count, projection } = readListing(exchange, USER);
    const page = await users(exchange).list({ startIndex, count }, filter);
    const resources = page.resources.map((user) => projection.apply(view(exchange, user)));
    return listAnswer(resources, page.totalResults, startIndex);
  },

  async create(exchange) {
    const projection = readProjection(exchange, USER);
    const user = await users(exchange).create(parseResource(USER, readResource(exchange, USER)));
    return resourceAnswer(201, view(exchange, user), projection);
  },

  async get(exchange, id) {
    const projection = readProjection(exchange, USER);
    const user = await users(exchange).get(id);
    if (isNotModified(exchange.request, user)) return { ...noContentAnswer(view(exchange, user)), status: 304 };
    return resourceAnswer(200, view(exchange, user), projection);
  },

  async replace(exchange, id) {
    const projection = readProjection(exchange, USER);
    const sent = parseResource(USER, readResource(exchange, USER));
    const user = await users(exchange).change(id, (current) => {
      checkPreconditions(exchange.request, current);
      checkImmutable(USER, current.attributes, sent);
      return keepingActive(current, sent);
    });
    return resourceAnswer(200, view(exchange, user), projection);
  },

  async patch(exchange, id) {
    const { request, profile } = exchange;
    const projection = readProjection(exchange, USER);
    const operations = readOperations(exchange, USER);
    const user = await users(exchange).change(id, (current) => {
      checkPreconditions(request, current);
      return keepingActive(current, applyPatch(USER, current.attributes, operations, profile, view(exchange, current)));
    });
    const resource = view(exchange, user);
    const silent = profile.patchAnswer === 'noContent' && !namesAttributes(exchange);
    return silent ? noContentAnswer(resource) : resourceAnswer(200, resource, projection);
  },

  async delete(exchange, id) {
    await users(exchange).delete(id, (current) => {
      checkPreconditions(exchange.request, current);
    });
    return { status: 204 };
  },
};

/**
 * A change that leaves `active` without a value says nothing about it: an update by Okta, which puts whole users, would otherwise bring
 * back or lock out whom it updates.
 */
function keepingActive(current: StoredResource, changed: Attributes): Attributes {
  const { active } = current.attributes;
  return active === undefined ? changed : { active, ...changed };
}

function users({ table, connection, request }: Exchange): Users {
  return new Users({ table, connection: connection.id, baseUrl: request.baseUrl }, connection.userDeletion);
}

function view({ request }: Exchange, user: StoredResource): ResourceView {
  return toResource(USER, user, request.baseUrl);
}

export const handler = scimHandler(serveResourceEndpoint(endpoint), {
  prefetch(table, { connectionId, resourceId }) {
    if (resourceId !== undefined && isResourceId(resourceId))
      table.prefetch(resourceKey(connectionId, 'User', resourceId));
  },
});
