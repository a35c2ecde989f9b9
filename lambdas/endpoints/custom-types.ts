import type { Key } from '../../directory/store/item';
import { LruCache } from '../../directory/store/lru-cache';
import type { Table } from '../../directory/store/table';
import { meNotSupported, unknownEndpoint } from '../../scim/errors/request-errors';
import { resourceTypeOf, typeAt, type CustomTypes } from '../../scim/schema/custom-type';
import type { Answer } from '../http/answer';
import type { RequestContext } from '../http/request-context';
import type { ScimRequest } from '../http/scim-request';
import { customEndpoint } from './custom-type';
import { prefetchResources } from './prefetch';
import { serveResourceEndpoint } from './resource-endpoint';

/** Connections whose types an execution environment remembers. */
const REMEMBERED_CONNECTIONS = 50;

/** The types that connections had at their latest request, to guess what the next one needs. */
const remembered = new LruCache<CustomTypes>(REMEMBERED_CONNECTIONS);

/** Starts reads that a request for a custom type will need. @returns keys that it will need */
export function prefetchCustomTypes(request: ScimRequest, table: Table): readonly Key[] {
  const [endpoint = '', resourceId] = request.rest.split('/');
  const types = remembered.get(request.connectionId);
  const definition = types === undefined ? undefined : typeAt(types, endpoint);
  if (definition === undefined) return [];
  return prefetchResources({ ...request, resourceId }, table, resourceTypeOf(definition));
}

/**
 * Serves the resources of custom types, and answers all paths of a connection that no other
 * function serves.
 * @throws ScimError 403, 404, 405, 501, and what the operation throws
 */
export async function serveCustomTypes(context: RequestContext): Promise<Answer> {
  const { request, connection } = context;
  remembered.set(connection.id, connection);
  const [endpoint = '', id, ...more] = request.rest.split('/');
  if (endpoint === 'Me') throw meNotSupported();
  const definition = typeAt(connection, endpoint);
  if (definition === undefined || more.length > 0) throw unknownEndpoint(`/${request.rest}`);
  const serve = serveResourceEndpoint(customEndpoint(definition));
  const resource = request.resource.replace('/{proxy+}', definition.endpoint);
  return serve({
    ...context,
    request: {
      ...request,
      // The route as it would be with a function of its own, for the log.
      resource: id === undefined ? resource : `${resource}/{id}`,
      resourceId: id,
    },
  });
}
