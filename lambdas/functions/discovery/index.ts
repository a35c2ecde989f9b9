import { serveDiscovery } from '../../endpoints/discovery';
import { ENVIRONMENT } from '../../contract';
import { scimHandler } from '../../http/scim-handler';
import { variable } from '../../runtime/environment';

const hasSecurityEvents = variable(ENVIRONMENT.signingKeys, '') !== '';

/** Serves the discovery endpoints of a connection. */
export const handler = scimHandler((context) => serveDiscovery(context, hasSecurityEvents));
