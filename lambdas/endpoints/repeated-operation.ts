import { changedByOf } from '../../directory/resources/request-info';
import { resourceFromItem } from '../../directory/resources/resource-item';
import { resourceKey } from '../../directory/store/keys';
import { isResourceId } from '../../directory/store/resource-ids';
import { ScimError } from '../../scim/errors/scim-error';
import { isArray, isObject, parseJson, type Json } from '../../scim/json';
import { parseListQuery } from '../../scim/list/query';
import { toResource } from '../../scim/resource/resource';
import type { ResourceType } from '../../scim/schema/resource-type';
import { noContentAnswer, type Answer } from '../http/answer';
import { readJson } from '../http/json-body';
import type { RequestContext } from '../http/request-context';
import { serveResourceEndpoint, type ResourceEndpoint } from './resource-endpoint';

/** An endpoint, with the type of its resources. */
export interface TypedEndpoint {
  readonly type: ResourceType;
  readonly endpoint: ResourceEndpoint;
}

/**
 * Performs an operation that an earlier worker may have performed before it died: what it has
 * written names the same request.
 * @throws ScimError as the operation
 */
export async function performOnce(context: RequestContext, typed: TypedEndpoint): Promise<Answer> {
  const { method, resourceId } = context.request;
  const id = method === 'POST' ? context.newId : resourceId;
  const earlier = await ownWrite(context, typed.type, id);
  if (earlier !== undefined) return earlier;
  try {
    return await serveResourceEndpoint(typed.endpoint)(context);
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    if (method === 'DELETE' && error.status === 404) return { status: 204 };
    if (method !== 'POST' || error.status !== 409) throw error;
    // A user who has come back has the id from before.
    const revived = await ownWrite(context, typed.type, await idOfUser(context, typed));
    if (revived === undefined) throw error;
    return revived;
  }
}

/** Returns the answer to the request if it has written this version of a resource. */
async function ownWrite(
  { table, connection, request, requestId }: RequestContext,
  type: ResourceType,
  id: string | undefined,
): Promise<Answer | undefined> {
  if (id === undefined || !isResourceId(id)) return undefined;
  const item = await table.get(resourceKey(connection.id, type.name, id));
  if (item === undefined || changedByOf(item)?.requestId !== requestId) return undefined;
  const resource = toResource(type, resourceFromItem(item), request.baseUrl);
  return noContentAnswer(resource, request.method === 'POST' ? 201 : 204);
}

/** Returns the id of the user who has the name that a request wants. */
async function idOfUser(
  context: RequestContext,
  { type, endpoint }: TypedEndpoint,
): Promise<string | undefined> {
  const body = readJson(context.request);
  const name = isObject(body) ? body['userName'] : undefined;
  if (type.name !== 'User' || typeof name !== 'string') return undefined;
  const query = parseListQuery({ filter: `userName eq ${JSON.stringify(name)}` });
  const { body: answer = '' } = await endpoint.list(context, query);
  const id = firstId(parseJson(answer));
  return typeof id === 'string' ? id : undefined;
}

function firstId(list: Json | undefined): Json | undefined {
  const [first] = isObject(list) && isArray(list['Resources']) ? list['Resources'] : [];
  return isObject(first) ? first['id'] : undefined;
}
