import {
  discoveryNotFilterable,
  methodNotAllowed,
  meNotSupported,
  unknownEndpoint,
} from '../../scim/errors/request-errors';
import { notFound } from '../../scim/errors/resource-errors';
import { shortened, type ScimError } from '../../scim/errors/scim-error';
import { asText, type JsonObject } from '../../scim/json';
import { listResponse } from '../../scim/list/list-response';
import { DISCOVERY_SCHEMAS } from '../../scim/schema/discovery-schemas';
import { resourceTypeResource, schemaResource } from '../../scim/schema/representation';
import type { ResourceType } from '../../scim/schema/resource-type';
import { jsonAnswer, type Answer } from '../http/answer';
import type { RequestContext } from '../http/request-context';
import { decodeSegment } from '../http/scim-request';
import { serviceProviderConfig } from './service-provider-config';

/** The path of Microsoft's reference server (AzureAD/SCIMReferenceCode, "Endpoint tests"). */
const MICROSOFT_CONFIG = 'serviceConfiguration';

/**
 * Serves the discovery endpoints (RFC 7644 section 4) and answers all paths of a connection that no
 * other function serves.
 * @throws ScimError 403, 404, 405, 501
 */
export async function serveDiscovery(context: RequestContext): Promise<Answer> {
  const { request, connection } = context;
  const [endpoint = '', ...rest] = request.rest.split('/');
  switch (endpoint) {
    case 'ServiceProviderConfig':
    case MICROSOFT_CONFIG:
      if (rest.length > 0) throw noEndpoint(context);
      return read(context, () => serviceProviderConfig(request.baseUrl, connection));
    case 'ResourceTypes':
      return read(context, () => collection(context, rest.join('/'), resourceTypes(context)));
    case 'Schemas':
      return read(context, () => collection(context, rest.join('/'), schemas(context)));
    case 'Me':
      throw meNotSupported();
    default:
      throw noEndpoint(context);
  }
}

async function read({ request }: RequestContext, resource: () => JsonObject): Promise<Answer> {
  if (request.method !== 'GET') throw methodNotAllowed(request.method, ['GET']);
  return Promise.resolve(jsonAnswer(200, resource()));
}

/** Returns all resources, or one by its id; schema URNs are case-insensitive. */
function collection(
  { request }: RequestContext,
  id: string,
  resources: readonly JsonObject[],
): JsonObject {
  if (request.parameters['filter'] !== undefined) throw discoveryNotFilterable();
  if (id === '') return listResponse(resources, { totalResults: resources.length, startIndex: 1 });
  const wanted = decodeSegment(id).toLowerCase();
  const found = resources.find((resource) => asText(resource['id']).toLowerCase() === wanted);
  if (found === undefined) throw notFound(`/${shortened(request.rest)}`);
  return found;
}

function typesOf({ connection, types }: RequestContext): readonly ResourceType[] {
  return connection.groups ? [types.user, types.group] : [types.user];
}

function resourceTypes(context: RequestContext): readonly JsonObject[] {
  return typesOf(context).map((type) => resourceTypeResource(type, context.request.baseUrl));
}

function schemas(context: RequestContext): readonly JsonObject[] {
  const { profile, request } = context;
  const ownSchemas = typesOf(context).flatMap((type) => [type.schema, ...type.extensions]);
  const all = [...ownSchemas, ...(profile.discoverySchemas ? DISCOVERY_SCHEMAS : [])];
  return all.map((schema) => schemaResource(schema, request.baseUrl));
}

function noEndpoint({ request }: RequestContext): ScimError {
  return unknownEndpoint(`/${request.rest}`);
}
