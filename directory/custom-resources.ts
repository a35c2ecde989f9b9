import { directoryBusy } from '../scim/errors/resource-errors';
import { ScimError } from '../scim/errors/scim-error';
import type { Attributes } from '../scim/resource/parse';
import type { StoredResource } from '../scim/resource/resource';
import type { ResourceType, ResourceTypeName } from '../scim/schema/resource-type';
import { deletionIntent, deletionWrites, finishDeletion } from './memberships/deletions';
import { Collection } from './resources/collection';
import { noOther } from './resources/guarded-write';
import { newMeta, type StoredItem, type Times } from './resources/resource-item';
import { Resources, type Precondition } from './resources/resources';
import type { Tenant } from './resources/tenant';
import { untilWritten } from './store/retries';

/** The effect of putting a resource. */
export type PutOutcome = 'created' | 'updated' | 'unchanged';

/** A resource that was put, and the effect. */
export interface PutResource {
  readonly resource: StoredItem;
  readonly outcome: PutOutcome;
}

/** How a resource is put. */
export interface PutOptions extends Times {
  readonly check?: (before: Attributes | undefined) => Promise<void>;
}

/** The resources of a custom type. */
export class CustomResources {
  /** All resources, as listings read them. */
  readonly collection: Collection;
  private readonly resources: Resources;

  /** @param otherTypes the connection's other types: ids are unique across all of them */
  constructor(
    private readonly tenant: Tenant,
    type: ResourceType,
    private readonly otherTypes: readonly ResourceTypeName[] = [],
  ) {
    this.resources = new Resources(tenant, type, type.indexed);
    this.collection = new Collection(this.resources);
  }

  /** @throws ScimError 404 */
  get(id: string): Promise<StoredItem> {
    return this.resources.get(id);
  }

  /** @returns undefined if there is no such resource */
  find(id: string): Promise<StoredItem | undefined> {
    return this.resources.find(id);
  }

  /**
   * Adds a resource.
   * @param times when it was created and changed, if it existed elsewhere
   * @throws ScimError 409 `uniqueness`
   */
  async create(attributes: Attributes, times: Times = {}): Promise<StoredItem> {
    const meta = { ...newMeta(this.resources.tenant.request?.newId), ...times };
    const created = await this.resources.create(attributes, { meta });
    // The id is new, so that only a lost answer can have had this effect.
    if (created === undefined) throw directoryBusy(undefined);
    return created;
  }

  /**
   * Changes a resource.
   * @param compute the new attributes; called again if another change came first
   * @param lastModified when the change was made, if it was made elsewhere
   * @throws ScimError 404, 409 `uniqueness`, 503, and what `compute` throws
   */
  change(
    id: string,
    compute: (current: StoredResource) => Attributes | Promise<Attributes>,
    lastModified?: string,
  ): Promise<StoredItem> {
    return this.resources.change(id, async (current) => ({
      attributes: await compute(current),
      lastModified,
    }));
  }

  /**
   * Adds or replaces a resource under an id that the application has chosen, or that it had
   * elsewhere. Its sequence begins with the time, so that it continues to increase if the id is
   * used again after a deletion.
   * @param options when it was created and changed, if it existed elsewhere; `check` is called with
   *   the attributes that it has, or undefined for a new one
   * @throws ScimError 409 `uniqueness`, also for an id that a resource of another type has; 503;
   *   what `check` throws
   */
  async put(id: string, attributes: Attributes, options: PutOptions = {}): Promise<PutResource> {
    const { check, ...times } = options;
    // If another request adds or deletes the resource first, the next attempt meets that.
    return untilWritten(this.tenant.table.retries, async () => {
      const before = await this.resources.find(id);
      await check?.(before?.attributes);
      if (before !== undefined) return this.replace(before, attributes, times);
      const resource = await this.resources.create(attributes, {
        meta: { ...newMeta(id), ...times },
        sequence: Date.now(),
        alongside: this.otherTypes.map((type) => noOther(this.tenant.connection, type, id)),
      });
      return resource === undefined ? undefined : { resource, outcome: 'created' };
    });
  }

  /** @returns undefined if another request has deleted the resource */
  private async replace(
    before: StoredItem,
    attributes: Attributes,
    { lastModified }: Times,
  ): Promise<PutResource | undefined> {
    try {
      const resource = await this.change(before.id, () => attributes, lastModified);
      const isSame = resource.version === before.version;
      return { resource, outcome: isSame ? 'unchanged' : 'updated' };
    } catch (error) {
      if (error instanceof ScimError && error.code === 'notThere') return undefined;
      throw error;
    }
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
