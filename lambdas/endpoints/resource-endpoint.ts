import { methodNotAllowed, ScimError } from '../../scim/errors/scim-error';
import type { ListQuery } from '../../scim/list/query';
import type { Answer } from '../http/answer';
import { authorize } from '../http/authenticate';
import { readListParameters, readSearchBody } from '../http/read-request';
import type { Exchange } from '../http/request-context';

/** What a resource type's endpoint does: RFC 7644 section 3.2, table 2. */
export interface ResourceEndpoint {
  /** What a token's scopes call these resources. */
  readonly scope: 'users' | 'groups';
  list(exchange: Exchange, query: ListQuery): Promise<Answer>;
  create(exchange: Exchange): Promise<Answer>;
  get(exchange: Exchange, id: string): Promise<Answer>;
  replace(exchange: Exchange, id: string): Promise<Answer>;
  patch(exchange: Exchange, id: string): Promise<Answer>;
  delete(exchange: Exchange, id: string): Promise<Answer>;
}

/** The last part of the URL of a search by POST (RFC 7644 section 3.4.3); no resource has it for its id. */
const SEARCH = '.search';

/**
 * Leads a request to the operation that its method and path name.
 * @throws ScimError 403 when the token's scopes do not allow it, 405 with the methods that there are, and what the operation throws
 */
export function serveResourceEndpoint(endpoint: ResourceEndpoint): (exchange: Exchange) => Promise<Answer> {
  return async (exchange) => {
    const { method, resourceId: id } = exchange.request;
    authorize(exchange.token, endpoint.scope, method === 'GET' || id === SEARCH ? 'read' : 'read-write');
    if (id === undefined) {
      if (method === 'GET') return endpoint.list(exchange, readListParameters(exchange));
      if (method === 'POST') return endpoint.create(exchange);
      throw methodNotAllowed(method, ['GET', 'POST']);
    }
    if (id === SEARCH) {
      if (method === 'POST') return endpoint.list(exchange, readSearchBody(exchange));
      throw methodNotAllowed(method, ['POST']);
    }
    return serveResource(endpoint, exchange, id);
  };
}

function serveResource(endpoint: ResourceEndpoint, exchange: Exchange, id: string): Promise<Answer> {
  // An administrator has pasted the URL with an endpoint behind it.
  if (/^(?:users|groups)$/i.test(id)) {
    throw new ScimError(
      404,
      'There is no such endpoint. The base URL ends with the id of the connection: check that nothing follows it.',
    );
  }
  switch (exchange.request.method) {
    case 'GET':
      return endpoint.get(exchange, id);
    case 'PUT':
      return endpoint.replace(exchange, id);
    case 'PATCH':
      return endpoint.patch(exchange, id);
    case 'DELETE':
      return endpoint.delete(exchange, id);
    default:
      throw methodNotAllowed(exchange.request.method, ['GET', 'PUT', 'PATCH', 'DELETE']);
  }
}
