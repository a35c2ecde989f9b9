import { directoryBusy } from '../scim/errors/resource-errors';
import type { Attributes } from '../scim/resource/parse';
import type { ResourceMeta, StoredResource } from '../scim/resource/resource';
import { type ResourceType, USER } from '../scim/schema/resource-type';
import { Candidates, type Adoption } from './candidates';
import { applicationIdOf, DeletedUsers } from './deleted-users';
import { deletionIntent, deletionWrites, finishDeletion } from './memberships/deletions';
import { leaveAllGroups } from './memberships/departures';
import { unmarkGroupListDeleted } from './memberships/group-list';
import { UserGroups } from './memberships/user-groups';
import { userIdsWithin } from './memberships/users-within';
import { Collection } from './resources/collection';
import { withPresentName } from './resources/former-name';
import { changedMeta, newMeta, type StoredItem, type Times } from './resources/resource-item';
import { Resources, type Precondition } from './resources/resources';
import type { GuardedWrite } from './resources/guarded-write';
import type { Tenant } from './resources/tenant';
import { untilWritten } from './store/retries';

/**
 * Policy for users that the identity provider deletes: keep them for the application, or erase
 * them.
 */
export type UserDeletion = 'retain' | 'erase';

/** What is known of a user who existed elsewhere. */
export interface Elsewhere {
  readonly times?: Times;
  /** The user's id in the application. */
  readonly applicationId?: string | undefined;
}

/** The users of a connection. */
export class Users {
  /** All users, as listings read them. */
  readonly collection: Collection;
  /** The groups of the users. */
  readonly groups: UserGroups;
  private readonly resources: Resources;
  private readonly deleted: DeletedUsers;
  private readonly candidates: Candidates;

  constructor(
    private readonly tenant: Tenant,
    type: ResourceType,
    private readonly userDeletion: UserDeletion,
    private readonly adoption: Adoption = { adoption: 'off', verifiedDomains: [] },
  ) {
    this.candidates = new Candidates(tenant.table, tenant.connection);
    this.resources = new Resources(tenant, type, USER.indexed);
    this.deleted = new DeletedUsers(tenant);
    this.groups = new UserGroups(tenant);
    this.collection = new Collection(this.resources, {
      atOnce: 1000,
      derive: async (users) => {
        const groups = await new UserGroups(tenant).of(users.map(({ id }) => id));
        return users.map(({ id }) => ({ groups: groups.get(id) ?? [] }));
      },
      idsWith: (groupId, check) => userIdsWithin(tenant, groupId, check),
    });
  }

  /** Reads the groups of users together with the users, in pages and in lookups. */
  readGroupsWithUsers(): void {
    this.collection.onPage = (range) => {
      this.groups.start(range);
    };
    this.collection.onLookup = (ids) => {
      this.groups.prefetchWithUsers(ids);
    };
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
   * @param elsewhere what is known of a user who existed elsewhere
   * @throws ScimError 409 `uniqueness`, also for a user who matches several candidates
   */
  async create(sent: Attributes, elsewhere: Elsewhere = {}): Promise<StoredResource> {
    const attributes: Attributes = { active: true, ...sent };
    // If another request revives the user first, the next attempt meets a conflict or another user.
    return untilWritten(this.tenant.table.retries, async () => {
      const deleted =
        this.userDeletion === 'retain' ? await this.deleted.find(attributes) : undefined;
      return deleted === undefined
        ? this.createNew(
            attributes,
            { ...newMeta(this.tenant.request?.newId), ...elsewhere.times },
            elsewhere,
          )
        : this.revive(deleted, attributes, elsewhere);
    });
  }

  /**
   * Adds a retained user again under its id.
   * @param elsewhere what is known of a user who existed elsewhere; `created` stays as it is
   * @returns undefined if another request revived the user first
   * @throws ScimError 409 `uniqueness`, 503
   */
  async revive(
    deleted: StoredItem,
    attributes: Attributes,
    { times: { lastModified } = {}, applicationId = deleted.applicationId }: Elsewhere = {},
  ): Promise<StoredResource | undefined> {
    await this.endMemberships(deleted.id);
    const meta = changedMeta(deleted);
    return this.resources.create(attributes, {
      meta: lastModified === undefined ? meta : { ...meta, lastModified },
      sequence: deleted.sequence + 1,
      item: applicationIdOf(applicationId),
      alongside: [
        ...this.deleted.removalWrites(deleted),
        { write: unmarkGroupListDeleted(this.tenant.connection, deleted.id) },
      ],
    });
  }

  /**
   * Adds a user, who adopts the candidate that matches.
   * @returns undefined if another user adopted the candidate first, or if a condition failed
   * @throws ScimError 409 `uniqueness`, also for a user who matches several candidates
   */
  async createNew(
    attributes: Attributes,
    meta: ResourceMeta,
    { checks = [], applicationId: given }: NewUserOptions = {},
  ): Promise<StoredResource | undefined> {
    if (given !== undefined) {
      // The candidate with this id, if there is one, is adopted: no other user may match it.
      const adoption = (await this.candidates.adoptionWrites(given, meta.id)) ?? [];
      const item = applicationIdOf(given);
      return this.resources.create(attributes, { meta, item, alongside: [...checks, ...adoption] });
    }
    if (this.adoption.adoption === 'off') {
      return this.resources.create(attributes, { meta, alongside: checks });
    }
    const applicationId = await this.candidates.matching(attributes, this.adoption);
    const alongside = [{ write: this.candidates.conflictRemoval(attributes) }, ...checks];
    if (applicationId === undefined) return this.resources.create(attributes, { meta, alongside });
    const adoption = await this.candidates.adoptionWrites(applicationId, meta.id);
    if (adoption === undefined) return undefined;
    return this.resources.create(attributes, {
      meta,
      item: applicationIdOf(applicationId),
      reason: 'adopt',
      alongside: [...alongside, ...adoption],
    });
  }

  /**
   * Changes a user's attributes.
   * @param compute the new attributes; called again if another change came first
   * @param lastModified when the change was made, if it was made elsewhere
   * @throws ScimError 404, 409 `uniqueness`, 503, and what `compute` throws
   */
  change(
    id: string,
    compute: (current: StoredResource) => Attributes | Promise<Attributes>,
    lastModified?: string,
  ): Promise<StoredResource> {
    return this.resources.change(id, async (current) => ({
      attributes: withPresentName(current, await compute(current)),
      lastModified,
    }));
  }

  /**
   * Deletes a user, then its memberships. If the user is erased, the `completion` function strips
   * its names and values from the log.
   * @throws ScimError 404, 503, and what `check` throws
   */
  async delete(id: string, check: Precondition): Promise<void> {
    const erases = this.userDeletion === 'erase';
    const intent = { ...deletionIntent(this.tenant, 'User', id), ...(erases ? { erases } : {}) };
    let attributes: Attributes = {};
    await this.resources.remove(id, check, (user) => {
      ({ attributes } = user);
      const retention = erases ? [] : this.deleted.retentionWrites(user);
      return [...retention, ...deletionWrites(this.tenant, intent, user)];
    });
    await finishDeletion(this.tenant, intent);
    if (erases) await this.eraseEarlier(attributes);
  }

  /** Erases the records of the same person that were retained before `userDeletion` was `erase`. */
  private async eraseEarlier(attributes: Attributes): Promise<void> {
    for (;;) {
      const earlier = await this.deleted.find(attributes);
      if (earlier === undefined) break;
      await this.deleted.erase(earlier.id);
    }
    await this.tenant.table.write([this.candidates.conflictRemoval(attributes)]);
  }

  /** A revived user comes back without groups, so its deletion is finished first. */
  private async endMemberships(id: string): Promise<void> {
    if (!(await leaveAllGroups(this.tenant, 'User', id))) throw directoryBusy(undefined);
  }
}

/** Options for adding a user under a given id. */
export interface NewUserOptions {
  /** Further conditions of the transaction. */
  readonly checks?: readonly GuardedWrite[];
  /** The user's id in the application; by default that of the candidate that matches. */
  readonly applicationId?: string | undefined;
}
