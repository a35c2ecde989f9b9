import { methodNotAllowed, notFound, ScimError } from '../../../scim/errors/scim-error';
import { asText, type JsonObject } from '../../../scim/json';
import { listResponse } from '../../../scim/list/list-response';
import { DISCOVERY_SCHEMAS } from '../../../scim/schema/discovery-schemas';
import { resourceTypeResource, schemaResource } from '../../../scim/schema/representation';
import type { ResourceType } from '../../../scim/schema/resource-type';
import { jsonAnswer, type Answer } from '../../http/answer';
import type { Exchange } from '../../http/request-context';
import { scimHandler } from '../../http/scim-handler';
import { serviceProviderConfig } from '../../endpoints/service-provider-config';

/** The path of Microsoft's reference server (AzureAD/SCIMReferenceCode, Postman collection, "Endpoint tests"). */
const MICROSOFT_CONFIG = 'serviceConfiguration';

/**
 * The discovery endpoints of a connection (RFC 7644 section 4), and every path of a connection that no other function serves.
 */
function serve(exchange: Exchange): Promise<Answer> {
  const [endpoint = '', ...rest] = exchange.request.rest.split('/');
  switch (endpoint) {
    case 'ServiceProviderConfig':
    case MICROSOFT_CONFIG:
      if (rest.length > 0) throw noEndpoint(exchange);
      return read(exchange, () => serviceProviderConfig(exchange.request.baseUrl));
    case 'ResourceTypes':
      return read(exchange, () => collection(exchange, rest.join('/'), resourceTypes(exchange)));
    case 'Schemas':
      return read(exchange, () => collection(exchange, rest.join('/'), schemas(exchange)));
    case 'Me':
      throw new ScimError(501, '/Me is not supported: a token speaks for a connection, not for a user.');
    default:
      throw noEndpoint(exchange);
  }
}

async function read({ request }: Exchange, resource: () => JsonObject): Promise<Answer> {
  if (request.method !== 'GET') throw methodNotAllowed(request.method, ['GET']);
  return Promise.resolve(jsonAnswer(200, resource()));
}

/** One resource by its id in any case, as schema URNs are, or all of them. */
function collection({ request }: Exchange, id: string, resources: readonly JsonObject[]): JsonObject {
  // "If a filter is provided, the service provider SHOULD respond with 403" (RFC 7644 section 4).
  if (request.parameters['filter'] !== undefined) throw new ScimError(403, 'Discovery endpoints cannot be filtered.');
  if (id === '') return listResponse(resources, { totalResults: resources.length, startIndex: 1 });
  const wanted = decoded(id).toLowerCase();
  const found = resources.find((resource) => asText(resource['id']).toLowerCase() === wanted);
  if (found === undefined) throw notFound(`/${request.rest}`);
  return found;
}

/** API Gateway hands the path on as it was sent: `urn%3Aietf…`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function resourceTypesOf({ connection, types }: Exchange): readonly ResourceType[] {
  return connection.groups ? [types.user, types.group] : [types.user];
}

function resourceTypes(exchange: Exchange): readonly JsonObject[] {
  return resourceTypesOf(exchange).map((type) => resourceTypeResource(type, exchange.request.baseUrl));
}

function schemas(exchange: Exchange): readonly JsonObject[] {
  const ofResources = resourceTypesOf(exchange).flatMap((type) => [type.schema, ...type.extensions]);
  const definitions = [...ofResources, ...(exchange.profile.discoverySchemas ? DISCOVERY_SCHEMAS : [])];
  return definitions.map((schema) => schemaResource(schema, exchange.request.baseUrl));
}

function noEndpoint({ request }: Exchange): ScimError {
  const detail = `There is no endpoint /${request.rest}. The base URL ends with the id of the connection: check that nothing follows it.`;
  return new ScimError(404, detail);
}

export const handler = scimHandler(serve);
