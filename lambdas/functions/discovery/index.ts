import { serveDiscovery } from '../../endpoints/discovery';
import { scimHandler } from '../../http/scim-handler';

/** Serves the discovery endpoints of a connection. */
export const handler = scimHandler(serveDiscovery);
