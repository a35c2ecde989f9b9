import { serveSearch } from '../../endpoints/search';
import { scimHandler } from '../../http/scim-handler';

/** Serves searches across resource types: the base URL and `/.search` of a connection. */
export const handler = scimHandler(serveSearch);
