import { isResourceId, resourceKey } from '../../../directory/store/keys';
import { groupsEndpoint } from '../../endpoints/groups';
import { serveResourceEndpoint } from '../../endpoints/resource-endpoint';
import { scimHandler } from '../../http/scim-handler';

/** `/Groups` of a connection, and `/Groups/.search`. */
export const handler = scimHandler(serveResourceEndpoint(groupsEndpoint), {
  prefetch: ({ connectionId, resourceId }) =>
    resourceId !== undefined && isResourceId(resourceId) ? [resourceKey(connectionId, 'Group', resourceId)] : [],
});
