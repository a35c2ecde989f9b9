import { serveBulk } from '../../endpoints/bulk';
import { scimHandler } from '../../http/scim-handler';

/** Serves `/Bulk` of a connection. */
export const handler = scimHandler(serveBulk);
