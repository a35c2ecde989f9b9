import {
  discoveryNotFilterable,
  meNotSupported,
  methodNotAllowed,
  unknownEndpoint,
} from '../../scim/errors/request-errors';
import { notFound } from '../../scim/errors/resource-errors';
import { shortened } from '../../scim/errors/scim-error';
import { asText, type JsonObject } from '../../scim/json';
import { listResponse } from '../../scim/list/list-response';
import { DISCOVERY_SCHEMAS } from '../../scim/schema/discovery-schemas';
import { resourceTypeOf, servedTypes } from '../../scim/schema/custom-type';
import { resourceTypeResource, schemaResource } from '../../scim/schema/representation';
import type { ResourceType } from '../../scim/schema/resource-type';
import { hasEventsOf, type StreamMode } from '../../directory/streams/stream';
import { Streams } from '../../directory/streams/streams';
import { jsonAnswer, type Answer } from '../http/answer';
import type { RequestContext } from '../http/request-context';
import { decodeSegment } from '../http/scim-request';
import { serviceProviderConfig } from './service-provider-config';

/**
 * Serves the discovery endpoints (RFC 7644 section 4). `/serviceConfiguration` is the path of
 * Microsoft's reference server (AzureAD/SCIMReferenceCode, "Endpoint tests").
 * @param hasSecurityEvents whether the deployment signs security event tokens
 * @throws ScimError 403, 404, 405, 501
 */
export async function serveDiscovery(
  context: RequestContext,
  hasSecurityEvents: boolean,
): Promise<Answer> {
  const { request, connection } = context;
  const { endpoint, id } = locationOf(context);
  switch (endpoint.toLowerCase()) {
    case 'serviceproviderconfig':
    case 'serviceconfiguration':
      return read(context, async () => {
        const modes = hasSecurityEvents ? await streamModes(context) : new Set<StreamMode>();
        return serviceProviderConfig(request.baseUrl, connection, modes);
      });
    case 'resourcetypes':
      return read(context, () => collection(context, id, resourceTypes(context)));
    case 'schemas':
      return read(context, () => collection(context, id, schemas(context)));
    case 'me':
      throw meNotSupported();
    default:
      throw unknownEndpoint(`/${request.rest}`);
  }
}

/**
 * Returns the endpoint and the id in a request's path. Until an upgrade has replaced the stage of
 * the API, the route of earlier releases leads here, which has the path in a parameter.
 */
function locationOf({ request: { resource, rest, resourceId } }: RequestContext): {
  readonly endpoint: string;
  readonly id: string | undefined;
} {
  if (rest === '') return { endpoint: /\}\/(\w+)/.exec(resource)?.[1] ?? '', id: resourceId };
  const [endpoint = '', id] = rest.split('/');
  return { endpoint, id };
}

async function read(
  { request }: RequestContext,
  resource: () => JsonObject | Promise<JsonObject>,
): Promise<Answer> {
  if (request.method !== 'GET') throw methodNotAllowed(request.method, ['GET']);
  return jsonAnswer(200, await resource());
}

/** Returns the modes of the streams that have the events of a connection. */
async function streamModes({
  table,
  connection,
}: RequestContext): Promise<ReadonlySet<StreamMode>> {
  const streams = await new Streams(table).list();
  const own = streams.filter((stream) => stream.enabled && hasEventsOf(stream, connection.id));
  return new Set(own.map(({ mode }) => mode));
}

/** Returns all resources, or the one of the URL; schema URNs are case-insensitive. */
function collection(
  { request }: RequestContext,
  resourceId: string | undefined,
  resources: readonly JsonObject[],
): JsonObject {
  if (request.parameters['filter'] !== undefined) throw discoveryNotFilterable();
  if (resourceId === undefined) {
    return listResponse(resources, { totalResults: resources.length, startIndex: 1 });
  }
  const wanted = decodeSegment(resourceId).toLowerCase();
  const found = resources.find((resource) => asText(resource['id']).toLowerCase() === wanted);
  if (found === undefined) throw notFound(shortened(decodeSegment(resourceId)));
  return found;
}

function typesOf({ connection, types }: RequestContext): readonly ResourceType[] {
  return [
    types.user,
    ...(connection.groups ? [types.group] : []),
    ...servedTypes(connection).map(resourceTypeOf),
  ];
}

function resourceTypes(context: RequestContext): readonly JsonObject[] {
  return typesOf(context).map((type) => resourceTypeResource(type, context.request.baseUrl));
}

function schemas(context: RequestContext): readonly JsonObject[] {
  const { profile, request } = context;
  const ownSchemas = typesOf(context).flatMap((type) => [type.schema, ...type.extensions]);
  // Several types may share a schema.
  const distinct = [...new Map(ownSchemas.map((schema) => [schema.id, schema])).values()];
  const all = [...distinct, ...(profile.discoverySchemas ? DISCOVERY_SCHEMAS : [])];
  return all.map((schema) => schemaResource(schema, request.baseUrl));
}
