import { serveDiscovery } from '../../endpoints/discovery';
import { scimHandler } from '../../http/scim-handler';

/** Serves the discovery endpoints of a connection, and answers all unknown paths. */
export const handler = scimHandler(serveDiscovery);
