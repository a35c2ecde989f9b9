import { CustomResources } from '../../directory/custom-resources';
import { checkReferences } from '../../directory/schemas/references';
import { managedByApplication } from '../../scim/errors/access-errors';
import { applyPatch } from '../../scim/patch/apply';
import { withImmutable } from '../../scim/resource/immutable';
import { parseResource, type Attributes } from '../../scim/resource/parse';
import { toResource, type ResourceView, type StoredResource } from '../../scim/resource/resource';
import { servedTypes, resourceTypeOf, type CustomType } from '../../scim/schema/custom-type';
import type { ResourceType } from '../../scim/schema/resource-type';
import { noContentAnswer, resourceAnswer } from '../http/answer';
import { changeAnswer } from '../http/change-answer';
import { checkPreconditions, isNotModified } from '../http/preconditions';
import {
  readOperations,
  readProjection,
  readReplacement,
  readResource,
} from '../http/read-request';
import { tenantOf, type RequestContext } from '../http/request-context';
import type { ListedType } from './lists/listed-type';
import { listResources } from './lists/listing';
import type { ResourceEndpoint } from './resource-endpoint';

/**
 * Returns the endpoint of a custom type. If the application manages it, every operation that writes
 * throws 403.
 */
export function customEndpoint(definition: CustomType): ResourceEndpoint {
  const type = resourceTypeOf(definition);
  return {
    tokenScope: 'resources',

    list(context, query) {
      return listResources(context, [listedCustomType(context, type)], query);
    },

    async create(context) {
      checkWritable(definition);
      const projection = readProjection(context, type);
      const sent = parseResource(type, readResource(context, type));
      await checkReferencesOf(context, type, undefined, sent);
      const resource = await resourcesOf(context, type).create(sent);
      const view = viewOf(context, type, resource);
      return changeAnswer(context, 'POST', view, () =>
        Promise.resolve(resourceAnswer(201, view, projection)),
      );
    },

    async get(context, id) {
      const projection = readProjection(context, type);
      const resource = await resourcesOf(context, type).get(id);
      const view = viewOf(context, type, resource);
      if (isNotModified(context.request, resource)) return noContentAnswer(view, 304);
      return resourceAnswer(200, view, projection);
    },

    async replace(context, id) {
      checkWritable(definition);
      const projection = readProjection(context, type);
      const sent = readReplacement(context, type);
      const resource = await resourcesOf(context, type).change(id, async (current) => {
        checkPreconditions(context.request, current);
        const changed = withImmutable(type, current.attributes, sent);
        await checkReferencesOf(context, type, current.attributes, changed);
        return changed;
      });
      const view = viewOf(context, type, resource);
      return changeAnswer(context, 'PUT', view, () =>
        Promise.resolve(resourceAnswer(200, view, projection)),
      );
    },

    async patch(context, id) {
      checkWritable(definition);
      const { request, profile, work } = context;
      const projection = readProjection(context, type);
      const operations = readOperations(context, type);
      const resource = await resourcesOf(context, type).change(id, async (current) => {
        checkPreconditions(request, current);
        const { attributes } = current;
        const readOnly = viewOf(context, type, current);
        const changed = applyPatch(type, attributes, operations, profile, readOnly, work);
        await checkReferencesOf(context, type, attributes, changed);
        return changed;
      });
      const view = viewOf(context, type, resource);
      return changeAnswer(context, 'PATCH', view, () =>
        Promise.resolve(resourceAnswer(200, view, projection)),
      );
    },

    async delete(context, id) {
      checkWritable(definition);
      await resourcesOf(context, type).delete(id, (current) => {
        checkPreconditions(context.request, current);
      });
      return { status: 204 };
    },
  };
}

/** @throws ScimError 403 if the application manages the resources */
function checkWritable({ name, managedBy }: CustomType): void {
  if (managedBy === 'application') throw managedByApplication(name);
}

function checkReferencesOf(
  context: RequestContext,
  type: ResourceType,
  before: Attributes | undefined,
  after: Attributes,
): Promise<void> {
  return checkReferences(tenantOf(context), servedTypes(context.connection), type, before, after);
}

/** Returns the resources of a custom type as part of a listing. */
export function listedCustomType(context: RequestContext, type: ResourceType): ListedType {
  return {
    collection: resourcesOf(context, type).collection,
    render(found, projection) {
      const views = found.map((resource) => viewOf(context, type, resource));
      return Promise.resolve(views.map((view) => projection.apply(view)));
    },
  };
}

function resourcesOf(context: RequestContext, type: ResourceType): CustomResources {
  return new CustomResources(tenantOf(context), type);
}

function viewOf(
  { request }: RequestContext,
  type: ResourceType,
  resource: StoredResource,
): ResourceView {
  return toResource(type, resource, request.baseUrl);
}
