import { orLater } from '../../asynchronous/respond-async';
import { readBulkRequest, serveBulk } from '../../endpoints/bulk/bulk';
import { scimHandler } from '../../http/scim-handler';

const serve = orLater(serveBulk, (context) =>
  context.request.method === 'POST' ? readBulkRequest(context).operations.length : undefined,
);

/** Serves `/Bulk` of a connection. */
export const handler = scimHandler(serve);
