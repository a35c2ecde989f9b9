import { isResourceId, resourceKey } from '../../../directory/store/keys';
import { serveResourceEndpoint } from '../../endpoints/resource-endpoint';
import { usersEndpoint } from '../../endpoints/users';
import { scimHandler } from '../../http/scim-handler';

/** Serves `/Users` and `/Users/.search` of a connection. */
export const handler = scimHandler(serveResourceEndpoint(usersEndpoint), {
  prefetch: ({ connectionId, resourceId }) =>
    resourceId !== undefined && isResourceId(resourceId)
      ? [resourceKey(connectionId, 'User', resourceId)]
      : [],
});
