import { unknownBulkPath } from '../../../scim/errors/patch-errors';
import type { Json } from '../../../scim/json';
import { resourceTypeOf, typeAt } from '../../../scim/schema/custom-type';
import type { Answer } from '../../http/answer';
import type { RequestContext } from '../../http/request-context';
import { customEndpoint } from '../custom-type';
import { groupsEndpoint } from '../groups';
import type { TypedEndpoint } from '../repeated-operation';
import { serveResourceEndpoint } from '../resource-endpoint';
import { usersEndpoint } from '../users';

/** `/Users` or `/Users/…`, with an optional trailing slash. */
export const PATH = /^\/(\w+)(?:\/([^/?#.][^/?#]*))?\/?$/;

/** Returns the endpoint of a path's first segment; undefined if the connection has none. */
export function endpointAt(
  { connection, types }: RequestContext,
  name: string,
): TypedEndpoint | undefined {
  if (name === 'Users') return { type: types.user, endpoint: usersEndpoint };
  if (name === 'Groups') return { type: types.group, endpoint: groupsEndpoint };
  const custom = typeAt(connection, name);
  if (custom === undefined) return undefined;
  return { type: resourceTypeOf(custom), endpoint: customEndpoint(custom) };
}

/** Returns the attributes whose values new resources at a path compete for. */
export function uniqueAttributesAt(
  { connection }: RequestContext,
  path: string,
): readonly string[] {
  const [, name = ''] = path.split('/');
  if (name === 'Users') return ['userName'];
  if (name === 'Groups') return ['displayName'];
  const custom = typeAt(connection, name);
  const indexed = custom === undefined ? [] : resourceTypeOf(custom).indexed;
  return indexed.filter(({ unique }) => unique).map((attribute) => attribute.name);
}

/** An operation as a request of its own. */
export interface OwnRequest {
  readonly method: string;
  /** The path with ids instead of references. */
  readonly path: string;
  readonly data?: Json | undefined;
  /** The version that the resource must have. */
  readonly version?: string | undefined;
}

/** Performs an operation. @throws ScimError 400 for an unknown path, and as the operation */
export async function call(context: RequestContext, request: OwnRequest): Promise<Answer> {
  const { endpoint } = endpointOf(context, request.path);
  return serveResourceEndpoint(endpoint)(requestOf(context, request));
}

/** Returns the endpoint of a path. @throws ScimError 400 for an unknown path */
export function endpointOf(context: RequestContext, path: string): TypedEndpoint {
  const found = endpointAt(context, PATH.exec(path)?.[1] ?? '');
  if (found === undefined) throw unknownBulkPath(path);
  return found;
}

/** Returns the context of an operation's own request. */
export function requestOf(
  context: RequestContext,
  { method, path, data, version }: OwnRequest,
): RequestContext {
  // A bulk response contains no resources, so that members need not be read for it.
  const headers = new Map([['prefer', 'return=minimal']]);
  if (version !== undefined) headers.set('if-match', version);
  return {
    ...context,
    table: context.table.forRequest(context.deadline),
    request: {
      ...context.request,
      method,
      resourceId: PATH.exec(path)?.[2],
      parameters: {},
      headers,
      body: data === undefined ? '' : JSON.stringify(data),
    },
  };
}
