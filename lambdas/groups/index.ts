import { isResourceId, resourceKey } from '../../directory/keys';
import { groupsEndpoint } from '../endpoints/groups';
import { serveResourceEndpoint } from '../endpoints/resource-endpoint';
import { scimHandler } from '../middleware/scim-handler';

/** `/Groups` of a connection, and `/Groups/.search`. */
export const handler = scimHandler(serveResourceEndpoint(groupsEndpoint), {
  prefetch: ({ connectionId, resourceId }) =>
    resourceId !== undefined && isResourceId(resourceId) ? [resourceKey(connectionId, 'Group', resourceId)] : [],
});
