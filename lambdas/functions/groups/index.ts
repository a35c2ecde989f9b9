import { serveResourceEndpoint } from '../../endpoints/resource-endpoint';
import { groupsEndpoint } from '../../endpoints/groups';
import { prefetchGroups } from '../../endpoints/prefetch';
import { scimHandler } from '../../http/scim-handler';

/** Serves `/Groups` and `/Groups/.search` of a connection. */
export const handler = scimHandler(serveResourceEndpoint(groupsEndpoint), {
  prefetch: prefetchGroups,
});
