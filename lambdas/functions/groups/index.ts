import { isResourceId, resourceKey } from '../../../directory/store/keys';
import { serveResourceEndpoint } from '../../endpoints/resource-endpoint';
import { groupsEndpoint } from '../../endpoints/groups';
import { scimHandler } from '../../http/scim-handler';

/** Serves `/Groups` and `/Groups/.search` of a connection. */
export const handler = scimHandler(serveResourceEndpoint(groupsEndpoint), {
  prefetch: ({ connectionId, resourceId }) =>
    resourceId !== undefined && isResourceId(resourceId)
      ? [resourceKey(connectionId, 'Group', resourceId)]
      : [],
});
