import { methodNotAllowed } from '../../scim/error';
import type { Answer } from './answer';
import type { Exchange } from './scim-handler';

/** What a resource type's endpoint does: RFC 7644 section 3.2, table 2. */
export interface ResourceEndpoint {
  list(exchange: Exchange): Promise<Answer>;
  create(exchange: Exchange): Promise<Answer>;
  get(exchange: Exchange, id: string): Promise<Answer>;
  replace(exchange: Exchange, id: string): Promise<Answer>;
  patch(exchange: Exchange, id: string): Promise<Answer>;
  delete(exchange: Exchange, id: string): Promise<Answer>;
}

/**
 * Leads a request to the operation that its method and path name.
 * @throws ScimError 405 with the methods that there are, and what the operation throws
 */
export function serveResourceEndpoint(endpoint: ResourceEndpoint): (exchange: Exchange) => Promise<Answer> {
  return (exchange) => {
    const { method, resourceId: id } = exchange.request;
    if (id === undefined) {
      if (method === 'GET') return endpoint.list(exchange);
      if (method === 'POST') return endpoint.create(exchange);
      throw methodNotAllowed(method, ['GET', 'POST']);
    }
    if (method === 'GET') return endpoint.get(exchange, id);
    if (method === 'PUT') return endpoint.replace(exchange, id);
    if (method === 'PATCH') return endpoint.patch(exchange, id);
    if (method === 'DELETE') return endpoint.delete(exchange, id);
    throw methodNotAllowed(method, ['GET', 'PUT', 'PATCH', 'DELETE']);
  };
}
