import { meNotSupported, unknownEndpoint } from '../../scim/errors/request-errors';
import { typeAt } from '../../scim/schema/custom-type';
import type { Answer } from '../http/answer';
import type { RequestContext } from '../http/request-context';
import { customEndpoint } from './custom-type';
import { serveResourceEndpoint } from './resource-endpoint';

/**
 * Serves the resources of custom types, and answers all paths of a connection that no other
 * function serves.
 * @throws ScimError 403, 404, 405, 501, and what the operation throws
 */
export async function serveCustomTypes(context: RequestContext): Promise<Answer> {
  const { request, connection } = context;
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
