import { directoryBusy } from '../scim/errors/resource-errors';
import type { Attributes } from '../scim/resource/parse';
import type { StoredResource } from '../scim/resource/resource';
import type { ResourceType } from '../scim/schema/resource-type';
import { deletionIntent, deletionWrites, finishDeletion } from './memberships/deletions';
import { Collection } from './resources/collection';
import { newMeta, type StoredItem } from './resources/resource-item';
import { Resources, type Precondition } from './resources/resources';
import type { Tenant } from './resources/tenant';
import { untilWritten } from './store/retries';

/** The resources of a custom type. */
export class CustomResources {
  /** All resources, as listings read them. */
  readonly collection: Collection;
  private readonly resources: Resources;

  constructor(
    private readonly tenant: Tenant,
    type: ResourceType,
  ) {
    this.resources = new Resources(tenant, type, type.indexed);
    this.collection = new Collection(this.resources);
  }

  /** @throws ScimError 404 */
  get(id: string): Promise<StoredItem> {
    return this.resources.get(id);
  }

  /** Adds a resource. @throws ScimError 409 `uniqueness` */
  async create(attributes: Attributes): Promise<StoredItem> {
    const created = await this.resources.create(attributes);
    // No other resource has the id, so that only a lost answer can have had this effect.
    if (created === undefined) throw directoryBusy(undefined);
    return created;
  }

  /**
   * Changes a resource.
   * @param compute the new attributes; called again if another change came first
   * @throws ScimError 404, 409 `uniqueness`, 503, and what `compute` throws
   */
  change(id: string, compute: (current: StoredResource) => Attributes): Promise<StoredItem> {
    return this.resources.change(id, (current) => ({ attributes: compute(current) }));
  }

  /**
   * Adds or replaces a resource under an id that the application has chosen. Its sequence begins
   * with the time, so that it continues to increase if the id is used again after a deletion.
   * @returns the resource, and whether it is new
   * @throws ScimError 409 `uniqueness`, 503
   */
  async publish(
    id: string,
    attributes: Attributes,
  ): Promise<{ readonly resource: StoredItem; readonly isNew: boolean }> {
    // If another request adds or deletes the resource first, the next attempt meets that.
    return untilWritten(this.tenant.table.retries, async () => {
      if ((await this.resources.find(id)) !== undefined) {
        return { resource: await this.change(id, () => attributes), isNew: false };
      }
      const options = { meta: newMeta(id), sequence: Date.now() };
      const resource = await this.resources.create(attributes, options);
      return resource === undefined ? undefined : { resource, isNew: true };
    });
  }

  /** Deletes a resource. @throws ScimError 404, 503, and what `check` throws */
  async delete(id: string, check: Precondition): Promise<void> {
    const intent = deletionIntent(this.tenant, this.resources.type.name, id);
    await this.resources.remove(id, check, (resource) =>
      deletionWrites(this.tenant, intent, resource),
    );
    await finishDeletion(this.tenant, intent);
  }
}
