import { directoryBusy } from '../scim/errors/resource-errors';
import { mentions, valuesAt } from '../scim/filter/evaluate';
import { asText } from '../scim/json';
import type { Attributes } from '../scim/resource/parse';
import type { StoredResource } from '../scim/resource/resource';
import type { ResourceType } from '../scim/schema/resource-type';
import { deletionIntent, deletionWrite, finishDeletion } from './memberships/deletions';
import { leaveAllGroups } from './memberships/departures';
import { groupsOf } from './memberships/groups-of';
import { Collection } from './resources/collection';
import { INDEXED_USER_ATTRIBUTES, keyFormsOf } from './resources/unique-and-indexed-values';
import { changedMeta, resourceFromItem, resourceItemAt } from './resources/resource-item';
import { Resources, type GuardedWrite, type Precondition } from './resources/resources';
import type { Tenant } from './resources/tenant';
import { textOf, type Key } from './store/item';
import { deletedUserKey, deletedUserValuePartition } from './store/keys';
import { PRESENT, type Write } from './store/write';

/**
 * Policy for users that the identity provider deletes: keep them for the application, or erase
 * them.
 */
export type UserDeletion = 'retain' | 'erase';

/** The attributes that identify a deleted user who is created again, in order of preference. */
const REVIVAL_ATTRIBUTES = ['externalId', 'userName'] as const;

/** The users of a connection. */
export class Users {
  /** All users, as listings read them. */
  readonly collection: Collection;
  private readonly resources: Resources;

  constructor(
    private readonly tenant: Tenant,
    type: ResourceType,
    private readonly userDeletion: UserDeletion,
  ) {
    this.resources = new Resources(tenant, type, INDEXED_USER_ATTRIBUTES);
    this.collection = new Collection(this.resources, async ({ id }, filter) => {
      const groups = mentions(filter, 'groups')
        ? (await groupsOf(tenant, [id])).get(id)
        : undefined;
      return groups === undefined ? {} : { groups };
    });
  }

  /** @throws ScimError 404 */
  get(id: string): Promise<StoredResource> {
    return this.resources.get(id);
  }

  /** Returns users by id; ids without a user are left out. */
  getMany(ids: readonly string[]): Promise<readonly StoredResource[]> {
    return this.resources.getMany(ids);
  }

  /**
   * Adds a user, active unless its attributes say otherwise. A retained user with the same
   * `externalId` is revived under its old id, and so is one with the same `userName` unless both
   * have an `externalId`.
   * @throws ScimError 409 `uniqueness`
   */
  async create(sent: Attributes): Promise<StoredResource> {
    const attributes: Attributes = { active: true, ...sent };
    for (let attempt = 1; ; attempt += 1) {
      const deleted = await this.findDeleted(attributes);
      if (deleted !== undefined) await this.endMemberships(deleted.id);
      const options =
        deleted === undefined
          ? {}
          : { meta: changedMeta(deleted), alongside: this.revivalWrites(deleted) };
      const created = await this.resources.create(attributes, options);
      if (created !== undefined) return created;
      // Another request revived the user first: the next attempt meets a conflict or another user.
      await this.tenant.table.retries.pause(attempt);
    }
  }

  /**
   * Changes a user's attributes.
   * @param compute the new attributes; called again if another change came first
   * @throws ScimError 404, 409 `uniqueness`, 503, and what `compute` throws
   */
  change(id: string, compute: (current: StoredResource) => Attributes): Promise<StoredResource> {
    return this.resources.change(id, (current) => ({ attributes: compute(current) }));
  }

  /** Deletes a user, then its memberships. @throws ScimError 404, 503, and what `check` throws */
  async delete(id: string, check: Precondition): Promise<void> {
    const intent = deletionIntent(this.tenant, 'User', id);
    await this.resources.remove(id, check, (user) => [
      ...(this.userDeletion === 'retain' ? this.retainWrites(user) : []),
      deletionWrite(this.tenant, intent, user),
    ]);
    await finishDeletion(this.tenant, intent);
  }

  /** A revived user comes back without groups, so its deletion is finished first. */
  private async endMemberships(id: string): Promise<void> {
    if (!(await leaveAllGroups(this.tenant, 'User', id))) throw directoryBusy(undefined);
  }

  private retainWrites(user: StoredResource): readonly Write[] {
    const { connection } = this.tenant;
    const attributes = { ...user.attributes, active: false };
    const record = { ...user, ...changedMeta(user), attributes };
    return [
      { put: resourceItemAt(deletedUserKey(connection, user.id), record) },
      ...revivalPartitions(connection, user.attributes).map(({ current: pk }) => ({
        put: { pk, sk: user.id, deletedAt: record.lastModified },
      })),
    ];
  }

  private revivalWrites(deleted: StoredResource): readonly GuardedWrite[] {
    const { connection } = this.tenant;
    const record: Write = {
      delete: deletedUserKey(connection, deleted.id),
      condition: PRESENT,
    };
    return [
      { write: record },
      ...revivalKeys(connection, deleted.id, deleted.attributes).map((key) => ({
        write: { delete: key },
      })),
    ];
  }

  /** Returns the retained user who comes back with these attributes. */
  private async findDeleted(attributes: Attributes): Promise<StoredResource | undefined> {
    if (this.userDeletion === 'erase') return undefined;
    const { table, connection } = this.tenant;
    const lists = await Promise.all(
      revivalPartitions(connection, attributes).map(async ({ current, former }) => {
        const partitions = [current, former ?? []].flat();
        const pages = await Promise.all(partitions.map((pk) => table.query(pk)));
        return pages.flatMap(({ items }) => items);
      }),
    );
    for (const items of lists) {
      const latest = items
        .sort((a, b) => (textOf(a, 'deletedAt') < textOf(b, 'deletedAt') ? 1 : -1))
        .slice(0, REVIVAL_CANDIDATES);
      const records = await table.getMany(latest.map(({ sk }) => deletedUserKey(connection, sk)));
      const users = new Map(records.map((record) => [record.sk, resourceFromItem(record)]));
      const found = latest
        .map(({ sk }) => users.get(sk))
        .find((user) => user !== undefined && isSamePerson(user.attributes, attributes));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Retained users with the same name that are compared; the ones deleted last come first. */
const REVIVAL_CANDIDATES = 100;

/**
 * Returns whether a deleted user and a new one with the same `externalId` or `userName` are one
 * person. Two different `externalId`s are two people: a name can be given to somebody else.
 */
function isSamePerson(deleted: Attributes, created: Attributes): boolean {
  const [before, now] = [asText(deleted['externalId']), asText(created['externalId'])];
  return before === '' || now === '' || before === now;
}

/** The partitions that list the deleted users who had a name or an `externalId`. */
export interface RevivalPartitions {
  readonly current: string;
  /** The partition that an earlier release wrote, if it differs. */
  readonly former: string | undefined;
}

/** Returns the partitions that list a deleted user, or those that a new user may come back from. */
export function revivalPartitions(
  connection: string,
  attributes: Attributes,
): readonly RevivalPartitions[] {
  return REVIVAL_ATTRIBUTES.flatMap((name) => {
    const indexed = INDEXED_USER_ATTRIBUTES.find((candidate) => candidate.name === name);
    const value = indexed === undefined ? undefined : valuesAt(attributes, indexed.target)[0];
    if (indexed === undefined || typeof value !== 'string' || value === '') return [];
    const { current, former } = keyFormsOf(indexed, value);
    const partitionOf = (form: string): string => deletedUserValuePartition(connection, name, form);
    return [
      {
        current: partitionOf(current),
        former: former === undefined ? undefined : partitionOf(former),
      },
    ];
  });
}

/** Returns the keys of the items that lead to a deleted user, in all forms. */
export function revivalKeys(
  connection: string,
  id: string,
  attributes: Attributes,
): readonly Key[] {
  return revivalPartitions(connection, attributes).flatMap(({ current, former }) => [
    { pk: current, sk: id },
    ...(former === undefined ? [] : [{ pk: former, sk: id }]),
  ]);
}
