import type { ConnectionSchemas } from '../../../directory/connections/connection';
import type { Tenant } from '../../../directory/resources/tenant';
import {
  isSameUrn,
  isServed,
  retire,
  schemasOfTypes,
  servedTypes,
  type CustomType,
} from '../../../scim/schema/custom-type';
import { parseCustomType } from '../../../scim/schema/parse-custom-type';
import { schemaDefinition } from '../../../scim/schema/representation';
import { jsonAnswer, type Answer } from '../../http/answer';
import type { ApiRequest } from '../../json-api/api-request';
import { noConnection, Problem } from '../../json-api/problem';
import { invalidFields, readJson } from '../../json-api/read-body';
import { checkSize, checkUrns } from '../schemas';
import type { Services } from '../services';
import { checkGrowth, checkUnused } from './type-growth';

/* Resource types of a connection in addition to users and groups. */

/** The most types of a connection. */
const MAXIMUM_TYPES = 20;

/** Lists the resource types of a connection. @throws Problem 404 */
export async function listTypes(services: Services, request: ApiRequest): Promise<Answer> {
  const schemas = await connectionOf(services, request);
  return jsonAnswer(200, { resourceTypes: servedTypes(schemas).map(describeType) });
}

/** Returns a resource type. @throws Problem 404 */
export async function readType(services: Services, request: ApiRequest): Promise<Answer> {
  const name = request.parameter('name');
  const found = find(await connectionOf(services, request), name);
  if (found === undefined) throw noType(name);
  return jsonAnswer(200, describeType(found));
}

/**
 * Adds or changes a resource type. A type that has resources may only grow. Types that share its
 * schema are changed with it.
 * @throws Problem 400 naming each wrong part, 404, 409 if another type has the endpoint or with the
 *   number of resources that would lose values, 413
 */
export async function putType(services: Services, request: ApiRequest): Promise<Answer> {
  const { connectionId: id, body } = request;
  const parsed = parseCustomType(request.parameter('name'), readJson(body));
  if ('problems' in parsed) throw invalidFields(parsed.problems);
  const { definition } = parsed;
  let status = 201;
  await changeTypes(services, 'resourceType.put', id, async (before) => {
    const others = before.customTypes.filter(({ name }) => name !== definition.name);
    const current = before.customTypes.find(({ name }) => name === definition.name);
    const shown = find(before, definition.name);
    if (shown !== undefined && before.deploymentTypes.includes(shown)) {
      throw declared(definition.name);
    }
    status = current === undefined || !isServed(current) ? 201 : 200;
    checkDistinct(before, definition);
    const tenant = tenantOf(services, id);
    if (current !== undefined) await checkGrowth(tenant, current, definition);
    const { schema } = definition;
    const sharing = others.filter((each) => isServed(each) && isSameUrn(each.schema.id, schema.id));
    for (const each of sharing) await checkGrowth(tenant, each, { ...each, schema });
    const changed = others.map((each) => (sharing.includes(each) ? { ...each, schema } : each));
    const customTypes = [...changed, definition];
    const all = servedTypes({ ...before, customTypes });
    checkUrns(schemasOfTypes([definition]), [...before.schemas, ...schemasOfTypes(all)]);
    checkSize({ ...before, customTypes });
    return customTypes;
  });
  return jsonAnswer(status, describeType(definition));
}

/**
 * Removes a resource type that has no resources.
 * @throws Problem 404, 409 with the number of resources
 */
export async function deleteType(services: Services, request: ApiRequest): Promise<Answer> {
  const { connectionId: id } = request;
  const name = request.parameter('name');
  await changeTypes(services, 'resourceType.delete', id, async (before) => {
    const current = find(before, name);
    if (current === undefined) throw noType(name);
    if (before.deploymentTypes.includes(current)) throw declared(name);
    await checkUnused(tenantOf(services, id), name);
    return before.customTypes.map((each) => (each === current ? retire(each) : each));
  });
  return { status: 204 };
}

/** @throws Problem 404 */
async function connectionOf(
  { connections }: Services,
  { connectionId: id }: ApiRequest,
): Promise<ConnectionSchemas> {
  const connection = await connections.find(id);
  if (connection === undefined) throw noConnection(id);
  return connection;
}

async function changeTypes(
  { connections, actor }: Services,
  action: 'resourceType.put' | 'resourceType.delete',
  id: string,
  compute: (before: ConnectionSchemas) => Promise<readonly CustomType[]>,
): Promise<void> {
  const changed = await connections.change(id, { actor, action }, async (connection) => ({
    ...connection,
    customTypes: await compute(connection),
  }));
  if (changed === undefined) throw noConnection(id);
}

/** @throws Problem 409 */
function checkDistinct(schemas: ConnectionSchemas, { name, endpoint }: CustomType): void {
  const others = servedTypes(schemas).filter((other) => other.name !== name);
  const same = others.find(
    (other) =>
      other.name.toLowerCase() === name.toLowerCase() ||
      other.endpoint.toLowerCase() === endpoint.toLowerCase(),
  );
  if (same !== undefined) {
    throw new Problem(
      409,
      `The resource type ${same.name} already has this name or endpoint (${same.endpoint}).`,
    );
  }
  if (others.length >= MAXIMUM_TYPES) {
    throw new Problem(409, `A connection may have at most ${MAXIMUM_TYPES} resource types.`);
  }
}

function find(schemas: ConnectionSchemas, name: string): CustomType | undefined {
  return servedTypes(schemas).find((each) => each.name === name);
}

/** Describes a type as `PUT` takes it. */
function describeType({ name, endpoint, description, ...type }: CustomType): object {
  const { schema, extensions, requiredExtensions, managedBy } = type;
  const { assignedAs, assignments, preset } = type;
  return {
    name,
    endpoint,
    description,
    schema: schemaDefinition(schema),
    ...(extensions.length === 0
      ? {}
      : {
          extensions: extensions.map((extension) => ({
            ...schemaDefinition(extension),
            required: requiredExtensions.includes(extension.id),
          })),
        }),
    managedBy,
    ...(assignedAs === undefined ? {} : { assignedAs, assignments }),
    ...(preset === undefined ? {} : { preset }),
  };
}

function tenantOf({ table, scimBaseUrl }: Services, connection: string): Tenant {
  return { table, connection, baseUrl: scimBaseUrl(connection) };
}

function declared(name: string): Problem {
  return new Problem(409, `The stack declares the resource type ${name}. Change it there.`);
}

function noType(name: string): Problem {
  return new Problem(404, `The connection has no resource type "${name}".`);
}
