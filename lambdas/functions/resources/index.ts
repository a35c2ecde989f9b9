import { prefetchCustomTypes, serveCustomTypes } from '../../endpoints/custom-types';
import { scimHandler } from '../../http/scim-handler';

/** Serves the custom types of a connection, and answers all unknown paths. */
export const handler = scimHandler(serveCustomTypes, { prefetch: prefetchCustomTypes });
