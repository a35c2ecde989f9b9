import type { ScopedResources } from '../../directory/connections/tokens';
import { methodNotAllowed, unknownEndpoint } from '../../scim/errors/request-errors';
import type { ListQuery } from '../../scim/list/query';
import type { Answer } from '../http/answer';
import { authorize } from '../http/authenticate';
import { readListParameters, readSearchBody } from '../http/read-request';
import type { RequestContext } from '../http/request-context';

/** The operations of a resource type's endpoint (RFC 7644 section 3.2, table 2). */
export interface ResourceEndpoint {
  /** The resources as token scopes call them. */
  readonly tokenScope: ScopedResources;
  list(context: RequestContext, query: ListQuery): Promise<Answer>;
  create(context: RequestContext): Promise<Answer>;
  get(context: RequestContext, id: string): Promise<Answer>;
  replace(context: RequestContext, id: string): Promise<Answer>;
  patch(context: RequestContext, id: string): Promise<Answer>;
  delete(context: RequestContext, id: string): Promise<Answer>;
}

/** Takes the place of an id in a search by POST (RFC 7644 section 3.4.3). */
const SEARCH = '.search';

/**
 * Routes requests to an endpoint's operations by method and path.
 * @throws ScimError 403 if the token's scopes do not allow it, 405, and what the operation throws
 */
export function serveResourceEndpoint(
  endpoint: ResourceEndpoint,
): (context: RequestContext) => Promise<Answer> {
  return async (context) => {
    const { method, resourceId: id } = context.request;
    const isRead = method === 'GET' || id === SEARCH;
    authorize(context.credential, endpoint.tokenScope, isRead ? 'read' : 'read-write');
    if (id === undefined) {
      if (method === 'GET') return endpoint.list(context, readListParameters(context));
      if (method === 'POST') return endpoint.create(context);
      throw methodNotAllowed(method, ['GET', 'POST']);
    }
    if (id === SEARCH) {
      if (method === 'POST') return endpoint.list(context, readSearchBody(context));
      throw methodNotAllowed(method, ['POST']);
    }
    return serveResource(endpoint, context, id);
  };
}

/** Returns whether a request changes a resource, by its method and path. */
export function isChange({
  method,
  resourceId,
}: Pick<RequestContext['request'], 'method' | 'resourceId'>): boolean {
  if (method === 'POST') return resourceId === undefined;
  return resourceId !== undefined && ['PUT', 'PATCH', 'DELETE'].includes(method);
}

function serveResource(
  endpoint: ResourceEndpoint,
  context: RequestContext,
  id: string,
): Promise<Answer> {
  // The administrator pasted a URL with an endpoint at its end: …/Users/Users.
  if (/^(?:users|groups)$/i.test(id)) throw unknownEndpoint(`/${id}`);
  switch (context.request.method) {
    case 'GET':
      return endpoint.get(context, id);
    case 'PUT':
      return endpoint.replace(context, id);
    case 'PATCH':
      return endpoint.patch(context, id);
    case 'DELETE':
      return endpoint.delete(context, id);
    default:
      throw methodNotAllowed(context.request.method, ['GET', 'PUT', 'PATCH', 'DELETE']);
  }
}
