import { methodNotAllowed } from '../../../scim/errors/scim-error';
import { listResources } from '../../endpoints/listing';
import { searchEverything } from '../../endpoints/search';
import { scimHandler } from '../../http/scim-handler';
import { readListParameters, readSearchBody } from '../../http/read-request';

/** Searches across all resource types: GET on the base URL and POST on `/.search` (RFC 7644 sections 3.4.2.1 and 3.4.3). */
export const handler = scimHandler((exchange) => {
  const { method } = exchange.request;
  const isSearch = exchange.request.resource.endsWith('/.search');
  if (isSearch && method === 'POST')
    return listResources(exchange, searchEverything(exchange), readSearchBody(exchange));
  if (!isSearch && method === 'GET')
    return listResources(exchange, searchEverything(exchange), readListParameters(exchange));
  throw methodNotAllowed(method, isSearch ? ['POST'] : ['GET']);
});
