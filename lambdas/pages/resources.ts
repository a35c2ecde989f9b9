import { countOf } from '../../directory/resources/counts';
import { findByValue } from '../../directory/resources/value-lookup';
import { resourceData } from '../../events/views';
import { shortened } from '../../scim/errors/scim-error';
import { resourceTypeOf, servedTypes } from '../../scim/schema/custom-type';
import type { Services } from '../admin/services';
import { existingConnection } from '../application/services';
import { jsonAnswer, type Answer } from '../http/answer';
import type { ApiRequest } from '../json-api/api-request';
import { Problem } from '../json-api/problem';

/** `GET /pages/connections/{id}/resourceTypes`: the types, and how many resources each has. */
export async function listResourceTypes(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existingConnection(services, request.connectionId);
  const { id, deploymentTypes } = connection;
  const resourceTypes = await Promise.all(
    servedTypes(connection).map(async (definition) => {
      const { name, endpoint, description, managedBy, assignedAs, assignments } = definition;
      return {
        ...{ name, endpoint, description, managedBy, assignedAs, assignments },
        schema: definition.schema.id,
        isDeclared: deploymentTypes.includes(definition),
        count: await countOf(services.table, id, name),
      };
    }),
  );
  return jsonAnswer(200, { resourceTypes });
}

/**
 * `GET /pages/connections/{id}/resources/{type}?search=`: resources with exactly this value, or
 * this id.
 */
export async function searchResources(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existingConnection(services, request.connectionId);
  const name = request.parameter('type');
  const definition = servedTypes(connection).find((each) => each.name === name);
  if (definition === undefined) {
    throw new Problem(404, `The connection has no resource type "${shortened(name)}".`);
  }
  const type = resourceTypeOf(definition);
  const search = (request.query['search'] ?? '').trim();
  const found = await findByValue(services.table, connection.id, name, type.indexed, search);
  const baseUrl = services.scimBaseUrl(connection.id);
  return jsonAnswer(200, { resources: found.map((each) => resourceData(each, type, baseUrl)) });
}
