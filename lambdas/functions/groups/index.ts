import { orLater } from '../../asynchronous/respond-async';
import { groupsEndpoint } from '../../endpoints/groups';
import { prefetchGroups } from '../../endpoints/prefetch';
import { isChange, serveResourceEndpoint } from '../../endpoints/resource-endpoint';
import { authorize } from '../../http/authenticate';
import { scimHandler } from '../../http/scim-handler';

const serve = orLater(serveResourceEndpoint(groupsEndpoint), ({ request, credential }) => {
  if (!isChange(request)) return undefined;
  authorize(credential, 'groups', 'read-write');
  return 'change';
});

/** Serves `/Groups` and `/Groups/.search` of a connection. */
export const handler = scimHandler(serve, { prefetch: prefetchGroups });
