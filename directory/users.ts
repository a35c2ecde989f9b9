import { mentions, valuesAt } from '../scim/filter/bind';
import type { Attributes } from '../scim/resource/parse';
import type { StoredResource } from '../scim/resource/resource';
import type { ResourceType } from '../scim/schema/resource-type';
import { Collection } from './resources/collection';
import { groupsOf } from './memberships/groups-of';
import { deletionIntent, deletionWrite, followDeletion } from './memberships/deletions';
import { completing } from './memberships/member-edits';
import { leaveAllGroups } from './memberships/memberships';
import { textOf } from './store/item';
import { deletedUserKey, deletedUserValuePartition } from './store/keys';
import { changedMeta, fromItem, itemAt } from './resources/resource-item';
import { busy } from './store/retries';
import { Resources, type GuardedWrite, type Precondition, type Scope } from './resources/resources';
import { INDEXED_USER_ATTRIBUTES, keyForm } from './resources/indexed-values';
import { PRESENT, type Write } from './store/write';

/** What becomes of a user that the identity provider deletes: the record is kept for the application, or is erased. */
export type UserDeletion = 'retain' | 'erase';

/** By what a deleted user is recognised when it is created again; the identity provider's own id comes first. */
const REVIVAL_ATTRIBUTES = ['externalId', 'userName'] as const;

/** The users of a connection. */
export class Users {
  /** All users, as listings read them. */
  readonly collection: Collection;
  private readonly resources: Resources;

  constructor(
    scope: Scope,
    type: ResourceType,
    private readonly userDeletion: UserDeletion,
  ) {
    this.resources = new Resources(scope, type, INDEXED_USER_ATTRIBUTES);
    this.collection = new Collection(this.resources, async ({ id }, filter) => {
      const groups = mentions(filter, 'groups') ? (await groupsOf(scope, [id])).get(id) : undefined;
      return groups === undefined ? {} : { groups };
    });
  }

  /** @throws ScimError 404 */
  get(id: string): Promise<StoredResource> {
    return this.resources.get(id);
  }

  /** Several users by id; those that do not exist are left out. */
  getMany(ids: readonly string[]): Promise<readonly StoredResource[]> {
    return this.resources.getMany(ids);
  }

  /**
   * Adds a user, active unless its attributes say otherwise. A user that was deleted and retained comes back under its old id
   * when `externalId` or `userName` is the same.
   * @throws ScimError 409 `uniqueness`
   */
  async create(sent: Attributes): Promise<StoredResource> {
    const attributes: Attributes = { active: true, ...sent };
    for (let attempt = 1; ; attempt += 1) {
      const deleted = await this.findDeleted(attributes);
      if (deleted !== undefined) await this.endMemberships(deleted.id);
      const options = deleted === undefined ? {} : { meta: changedMeta(deleted), further: this.forgetWrites(deleted) };
      const created = await this.resources.create(attributes, options);
      if (created !== undefined) return created;
      // Somebody else brought the deleted user back: it is a conflict now, or another one is found.
      await this.resources.scope.table.retries.pause(attempt);
    }
  }

  /**
   * Changes a user's attributes.
   * @param compute the new attributes from the stored ones; called again when another change came first
   * @throws ScimError 404, 409 `uniqueness`, 503, and what `compute` throws
   */
  change(id: string, compute: (current: StoredResource) => Attributes): Promise<StoredResource> {
    return this.resources.change(id, (current) => ({ attributes: compute(current) }));
  }

  /** Deletes a user, and then its memberships. @throws ScimError 404, and what `check` throws */
  async delete(id: string, check: Precondition): Promise<void> {
    const { scope } = this.resources;
    const intent = deletionIntent(scope, 'User', id);
    await this.resources.remove(id, check, (user) => [
      ...(this.userDeletion === 'retain' ? this.retainWrites(user) : []),
      deletionWrite(scope, intent, user),
    ]);
    await followDeletion(scope, intent, completing(scope));
  }

  /** What is still to follow a user's deletion comes before the user does: it comes back without its groups. @throws ScimError 503 */
  private async endMemberships(id: string): Promise<void> {
    const { scope } = this.resources;
    if (!(await leaveAllGroups(scope, 'User', id, completing(scope)))) throw busy(undefined);
  }

  private retainWrites(user: StoredResource): readonly Write[] {
    const record = { ...user, ...changedMeta(user), attributes: { ...user.attributes, active: false } };
    const { connection } = this.resources.scope;
    return [
      { put: itemAt(deletedUserKey(connection, user.id), record) },
      ...revivalPartitions(connection, user.attributes).map((pk) => ({
        put: { pk, sk: user.id, deletedAt: record.lastModified },
      })),
    ];
  }

  private forgetWrites(deleted: StoredResource): readonly GuardedWrite[] {
    const { connection } = this.resources.scope;
    const record: Write = { delete: deletedUserKey(connection, deleted.id), condition: PRESENT };
    return [
      { write: record },
      ...revivalPartitions(connection, deleted.attributes).map((pk) => ({ write: { delete: { pk, sk: deleted.id } } })),
    ];
  }

  private async findDeleted(attributes: Attributes): Promise<StoredResource | undefined> {
    if (this.userDeletion === 'erase') return undefined;
    const { table, connection } = this.resources.scope;
    const pages = await Promise.all(revivalPartitions(connection, attributes).map((pk) => table.query(pk)));
    const leads = pages.find(({ items }) => items.length > 0)?.items ?? [];
    const [latest] = [...leads].sort((a, b) => (textOf(a, 'deletedAt') < textOf(b, 'deletedAt') ? 1 : -1));
    if (latest === undefined) return undefined;
    const record = await table.get(deletedUserKey(connection, latest.sk));
    return record === undefined ? undefined : fromItem(record);
  }
}

/** Partitions that lead from a name or externalId to the deleted users who had it. */
export function revivalPartitions(connection: string, attributes: Attributes): readonly string[] {
  return REVIVAL_ATTRIBUTES.flatMap((name) => {
    const indexed = INDEXED_USER_ATTRIBUTES.find((candidate) => candidate.name === name);
    const value = indexed === undefined ? undefined : valuesAt(attributes, indexed.target)[0];
    if (indexed === undefined || typeof value !== 'string' || value === '') return [];
    return [deletedUserValuePartition(connection, name, keyForm(indexed, value))];
  });
}
