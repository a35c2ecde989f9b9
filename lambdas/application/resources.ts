import { CustomResources, type PutResource } from '../../directory/custom-resources';
import type { Tenant } from '../../directory/resources/tenant';
import type { StoredItem } from '../../directory/resources/resource-item';
import { Resources } from '../../directory/resources/resources';
import { resourcePartition } from '../../directory/store/keys';
import { isResourceId } from '../../directory/store/resource-ids';
import { checkReferences } from '../../directory/schemas/references';
import { inParallel } from '../../directory/store/batches';
import { resourceData } from '../../events/views';
import { ScimError, quoted, shortened } from '../../scim/errors/scim-error';
import { asText, isArray, isObject, type Json, type JsonObject } from '../../scim/json';
import { parseResource, type Attributes } from '../../scim/resource/parse';
import { unknownAttributes } from '../../scim/resource/unknown';
import { servedTypes, resourceTypeOf, type CustomType } from '../../scim/schema/custom-type';
import {
  GROUP,
  USER,
  type ResourceType,
  type ResourceTypeName,
} from '../../scim/schema/resource-type';
import { jsonAnswer, type Answer } from '../http/answer';
import { nextCursor, pageOf, type ApiRequest } from '../json-api/api-request';
import { Problem } from '../json-api/problem';
import { invalidFields, readJson } from '../json-api/read-body';
import { resourcesPage } from './pages';
import { existingConnection, PAGES, tenantOf, type Services } from './services';

/* Resources of custom types, which the application reads and, if it manages them, publishes. */

/** The form of an id, for errors; docs/reference/resource-types.md explains it. */
const ID_RULE =
  'must have 1 to 64 letters, digits, hyphens and underscores, begin with a letter or digit, and ' +
  'be no word with a meaning in URLs, such as Me';

/** Most resources of one call. */
const MOST_RESOURCES = 500;

/** Resources that are published in parallel. */
const WIDTH = 8;

/** A custom type of a connection, on behalf of a request. */
interface TypeContext {
  readonly definition: CustomType;
  readonly type: ResourceType;
  readonly tenant: Tenant;
  /** The connection's other types. */
  readonly otherTypes: readonly ResourceTypeName[];
  /** The connection's types in addition to users and groups. */
  readonly custom: readonly CustomType[];
}

/** `GET /connections/{id}/resources/{type}`. */
export async function listResources(services: Services, request: ApiRequest): Promise<Answer> {
  const { type, tenant } = await typeContext(services, request);
  const page = pageOf(request, isResourceId, PAGES);
  const partition = resourcePartition(tenant.connection, type.name);
  const { resources, next } = await resourcesPage(services.table, partition, page, () => true);
  return jsonAnswer(200, {
    resources: resources.map((resource) => describe(resource, type, tenant)),
    ...nextCursor(next),
  });
}

/** `GET /connections/{id}/resources/{type}/{resourceId}`. */
export async function readResource(services: Services, request: ApiRequest): Promise<Answer> {
  const { type, tenant } = await typeContext(services, request);
  const id = request.parameter('resourceId');
  const found = await new Resources(tenant, type, type.indexed).find(id);
  if (found === undefined) throw noResource(type, id);
  return jsonAnswer(200, describe(found, type, tenant));
}

/** `PUT /connections/{id}/resources/{type}/{resourceId}`: publishes one resource. */
export async function publishResource(services: Services, request: ApiRequest): Promise<Answer> {
  const scope = await writableType(services, request);
  const id = request.parameter('resourceId');
  const { resource, outcome } = await publish(scope, id, readJson(request.body));
  return jsonAnswer(
    outcome === 'created' ? 201 : 200,
    describe(resource, scope.type, scope.tenant),
  );
}

/**
 * `PUT /connections/{id}/resources/{type}` `{resources: [{id, …}]}`: publishes several resources.
 * One that cannot be published does not hold back the others.
 */
export async function publishResources(services: Services, request: ApiRequest): Promise<Answer> {
  const scope = await writableType(services, request);
  const body = readJson(request.body);
  const sent = isObject(body) ? body['resources'] : undefined;
  if (!isArray(sent) || sent.length > MOST_RESOURCES) {
    const detail = `must be a list of at most ${MOST_RESOURCES} resources`;
    throw invalidFields([{ pointer: '/resources', detail }]);
  }
  const counts = { created: 0, updated: 0, unchanged: 0 };
  const problems: JsonObject[] = [];
  const ids = sent.map((each) => (isObject(each) ? each['id'] : undefined));
  const isRepeated = (id: string, index: number): boolean => ids.indexOf(id) < index;
  await inParallel(sent, WIDTH, async (each, index) => {
    const id = isObject(each) ? asText(each['id'] ?? '') : '';
    try {
      if (isRepeated(id, index)) throw new Problem(400, 'An earlier resource has the same id.');
      counts[(await publish(scope, id, each)).outcome] += 1;
    } catch (error) {
      if (!(error instanceof ScimError || error instanceof Problem)) throw error;
      problems.push({ index, id: shortened(id), status: error.status, detail: error.message });
    }
  });
  problems.sort((a, b) => Number(a['index']) - Number(b['index']));
  return jsonAnswer(200, { ...counts, problems });
}

/** `DELETE /connections/{id}/resources/{type}/{resourceId}`. */
export async function removeResource(services: Services, request: ApiRequest): Promise<Answer> {
  const scope = await writableType(services, request);
  const id = request.parameter('resourceId');
  if (!isResourceId(id)) throw noResource(scope.type, id);
  await resourcesOf(scope).delete(id, () => undefined);
  return { status: 204 };
}

/** @throws Problem 404 */
async function typeContext(services: Services, request: ApiRequest): Promise<TypeContext> {
  const connection = await existingConnection(services, request.connectionId);
  const name = request.parameter('type');
  const custom = servedTypes(connection);
  const definition = custom.find((each) => each.name === name);
  if (definition === undefined) {
    throw new Problem(404, `The connection has no resource type "${shortened(name)}".`);
  }
  const { id, actsAs } = connection;
  const { requestId } = services;
  const by = { token: '', requestId, begun: Date.now(), reason: 'admin', actsAs } as const;
  const tenant = { ...tenantOf(services, id), request: by };
  const otherTypes = [USER.name, GROUP.name, ...custom.map((each) => each.name)].filter(
    (each) => each !== name,
  );
  return { definition, type: resourceTypeOf(definition), tenant, otherTypes, custom };
}

/** @throws Problem 404, 409 for a type that SCIM clients manage */
async function writableType(services: Services, request: ApiRequest): Promise<TypeContext> {
  const scope = await typeContext(services, request);
  if (scope.definition.managedBy === 'application') return scope;
  const detail =
    `SCIM clients manage resources of type ${scope.type.name}. To publish them, define the type ` +
    'with managedBy application.';
  throw new Problem(409, detail);
}

/** @throws Problem 400, ScimError 400, 409, 503 */
async function publish(scope: TypeContext, id: string, body: Json): Promise<PutResource> {
  const { type, tenant, custom } = scope;
  const attributes = readPublished(scope, id, body);
  return resourcesOf(scope).put(id, attributes, {
    check: (before) => checkReferences(tenant, custom, type, before, attributes),
  });
}

/** @throws Problem 400, ScimError 400 */
function readPublished({ type }: TypeContext, id: string, body: Json): Attributes {
  if (!isObject(body)) throw new Problem(400, 'The resource must be a JSON object.');
  if (!isResourceId(id)) throw invalidFields([{ pointer: '/id', detail: ID_RULE }]);
  const { id: named = id, ...rest } = body;
  if (named !== id)
    throw invalidFields([{ pointer: '/id', detail: 'must be a string, and that of the URL' }]);
  const unknown = unknownAttributes(type, rest);
  if (unknown.length > 0) {
    const detail = `is not an attribute of ${type.name}`;
    throw invalidFields(unknown.map((name) => ({ pointer: `/${name}`, detail })));
  }
  return parseResource(type, { schemas: [type.schema.id], ...rest });
}

function resourcesOf({ tenant, type, otherTypes }: TypeContext): CustomResources {
  return new CustomResources(tenant, type, otherTypes);
}

function describe(resource: StoredItem, type: ResourceType, { baseUrl }: Tenant): JsonObject {
  return { ...resourceData(resource, type, baseUrl), sequence: resource.sequence };
}

function noResource({ name }: ResourceType, id: string): Problem {
  return new Problem(404, `There is no ${name} with the id ${quoted(id)}.`);
}
