import { methodNotAllowed } from '../../../scim/errors/scim-error';
import { serveBulk } from '../../endpoints/bulk';
import { scimHandler } from '../../http/scim-handler';

/** `/Bulk` of a connection. */
export const handler = scimHandler((exchange) => {
  if (exchange.request.method !== 'POST') throw methodNotAllowed(exchange.request.method, ['POST']);
  return serveBulk(exchange);
});
