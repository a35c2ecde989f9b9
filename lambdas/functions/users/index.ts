import { serveResourceEndpoint } from '../../endpoints/resource-endpoint';
import { usersEndpoint } from '../../endpoints/users';
import { prefetchUsers } from '../../endpoints/prefetch';
import { scimHandler } from '../../http/scim-handler';

/** Serves `/Users` and `/Users/.search` of a connection. */
export const handler = scimHandler(serveResourceEndpoint(usersEndpoint), {
  prefetch: prefetchUsers,
});
