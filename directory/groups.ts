import type { BoundFilter } from '../scim/filter/bind';
import type { JsonObject } from '../scim/json';
import type { Member, MembershipChange } from '../scim/patch/memberships';
import type { Attributes } from '../scim/resource/parse';
import { locationOf } from '../scim/resource/resource';
import { GROUP, USER, type ResourceType } from '../scim/schema/resource-type';
import { deletionIntent, deletionWrites, finishDeletion } from './memberships/deletions';
import {
  checkKnown,
  editsOf,
  memberDifference,
  membershipCountsOf,
  type UnknownMemberRules,
} from './memberships/member-difference';
import {
  completeEdits,
  completeEditsNow,
  editWrites,
  isNesting,
  recordEdits,
  recordOf,
  TRANSACTION_EDITS,
  type MembershipEdit,
} from './memberships/member-edits';
import { invalidateCachedGroups } from './memberships/cached-groups';
import { existingMembers } from './memberships/member-lookup';
import { directGroupIds } from './memberships/group-list';
import { membersWanted } from './memberships/members-wanted';
import { membersAmong, membersOf, type Membership } from './memberships/membership-item';
import { Collection } from './resources/collection';
import { indexedGroupAttributes } from './resources/unique-and-indexed-values';
import { newMeta, type StoredItem } from './resources/resource-item';
import { Resources, type Precondition } from './resources/resources';
import type { GuardedWrite } from './resources/guarded-write';
import type { Tenant } from './resources/tenant';
import { inParallel } from './store/batches';
import { unlessBusy } from './store/retries';

/** How a connection's identity provider needs groups to behave. */
export interface GroupRules extends UnknownMemberRules {
  /** Whether `displayName` is unique among the groups, ignoring case. */
  readonly uniqueNames: boolean;
}

/** A requested change to a group. */
export interface GroupChange {
  readonly attributes: Attributes;
  readonly members: MembershipChange;
  /** Whether `members` was computed from the current members. */
  readonly isFromMembers?: boolean;
  /** RFC 3339: when the change was made, if it was made elsewhere. @default - now */
  readonly lastModified?: string | undefined;
}

/** A group together with its members. */
export interface GroupWithMembers {
  readonly group: StoredItem;
  readonly members: readonly JsonObject[];
}

/** Groups whose members are read in parallel for a filter. */
const WIDTH = 16;

/** How often the members are read again if they change in the meantime. */
const SNAPSHOT_ATTEMPTS = 5;

/** The groups of a connection. Members are items of their own, never part of the group's item. */
export class Groups {
  /** All groups, as listings read them: without their members. */
  readonly collection: Collection;
  private readonly resources: Resources;

  constructor(
    private readonly tenant: Tenant,
    type: ResourceType,
    private readonly rules: GroupRules,
  ) {
    const indexed = indexedGroupAttributes(rules.uniqueNames);
    this.resources = new Resources(tenant, type, indexed, (id, intentId) =>
      completeEditsNow(tenant, id, intentId),
    );
    this.collection = new Collection(this.resources, {
      atOnce: WIDTH,
      derive: (groups, filter) =>
        inParallel(groups, WIDTH, (group) => this.membersFor(group, filter)),
      idsWith: (memberId) => this.idsWithMember(memberId),
    });
  }

  /** @throws ScimError 404 */
  get(id: string): Promise<StoredItem> {
    return this.resources.get(id);
  }

  /** Returns the ids of the groups that a user or group is in directly. */
  private async idsWithMember(memberId: string): Promise<ReadonlySet<string>> {
    const found = await Promise.all([
      directGroupIds(this.tenant, 'User', memberId),
      directGroupIds(this.tenant, 'Group', memberId),
    ]);
    return new Set(found.flat());
  }

  /** Returns the members that a filter needs to be evaluated. */
  private async membersFor(group: StoredItem, filter: BoundFilter): Promise<JsonObject> {
    const { id } = group;
    const wanted = membersWanted(filter);
    if (wanted === 'none') return {};
    if (wanted === 'all') return { members: (await this.withMembers(group)).members };
    if (group.pendingIntent !== undefined) await this.resources.getWithoutPendingEdits(id);
    const found = await membersAmong(this.tenant, id, wanted);
    if (found.size === 0) return {};
    return { members: [...found.values()].map((member) => this.toElement(member)) };
  }

  /**
   * Returns a consistent snapshot of a group and its members. If the members keep changing, the
   * group's version is older than its members, so that a change depending on it is refused.
   * @throws ScimError 404 if the group is deleted meanwhile, 503 if pending edits take too long
   */
  async withMembers(group: StoredItem): Promise<GroupWithMembers> {
    let current = group;
    for (let attempt = 1; ; attempt += 1) {
      if (current.pendingIntent !== undefined) {
        current = await this.resources.getWithoutPendingEdits(current.id);
      }
      if (current.memberCount === 0) return { group: current, members: [] };
      const members: JsonObject[] = [];
      for await (const member of membersOf(this.tenant, current.id)) {
        members.push(this.toElement(member));
      }
      if (members.length === current.memberCount) return { group: current, members };
      // Members were added or removed since the group was read.
      const again = await this.resources.getWithoutPendingEdits(current.id);
      if (again.version === current.version || attempt === SNAPSHOT_ATTEMPTS) {
        return { group: current, members };
      }
      current = again;
    }
  }

  /** Returns all members as the filters of a PATCH see them. */
  async currentMembers(id: string): Promise<readonly Member[]> {
    const members: Member[] = [];
    for await (const member of membersOf(this.tenant, id)) members.push(this.withReference(member));
    return members;
  }

  private toElement(membership: Membership): JsonObject {
    const { value, $ref, type, display } = this.withReference(membership);
    return { value, $ref, type, ...(display === undefined ? {} : { display }) };
  }

  private withReference(membership: Membership): Membership & { readonly $ref: string } {
    const type = membership.type === 'User' ? USER : GROUP;
    return { ...membership, $ref: locationOf(type, this.tenant.baseUrl, membership.value) };
  }

  /** @throws ScimError 409 `uniqueness`, 400 `invalidValue` for an unknown member */
  async create(attributes: Attributes, members: MembershipChange): Promise<StoredItem> {
    const meta = newMeta(this.tenant.request?.newId);
    const named = [...members.add.values()];
    for (let attempt = 1; ; attempt += 1) {
      const added = await existingMembers(this.tenant, named);
      checkKnown(named, added, this.rules);
      const difference = { added, renamed: [], removed: [] };
      const edits = editsOf(difference);
      const { alongside, pendingIntent } = await this.memberWrites(meta.id, edits);
      const group = await this.resources.create(attributes, {
        meta,
        item: {
          members: added.length,
          ...(pendingIntent === undefined ? {} : { pending: pendingIntent }),
        },
        alongside: [...alongside, ...(isNesting(edits) ? [this.forgetFacts] : [])],
        membershipCounts: membershipCountsOf(difference),
      });
      if (group !== undefined) return this.finishChange(group);
      // A member was deleted, or joined other groups, since it was read.
      await this.tenant.table.retries.pause(attempt);
    }
  }

  /**
   * Changes a group's attributes and members, all or nothing.
   * @param compute the change to the stored group; called again if another change came first
   * @param strict whether the client sent `If-Match`
   * @throws ScimError 404, 409 `uniqueness`, 400 `invalidValue` for an unknown member, 503, and
   *   what `compute` throws
   */
  async change(
    id: string,
    compute: (current: StoredItem) => GroupChange | Promise<GroupChange>,
    strict: boolean,
  ): Promise<StoredItem> {
    const group = await this.resources.change(
      id,
      async (current) => {
        const { attributes, members, lastModified, isFromMembers = false } = await compute(current);
        const difference = await memberDifference(this.tenant, id, members, this.rules);
        const { added, removed } = difference;
        const edits = editsOf(difference);
        const { alongside, pendingIntent } = await this.memberWrites(id, edits);
        const isRenamed = attributes['displayName'] !== current.attributes['displayName'];
        return {
          attributes,
          lastModified,
          alongside: [...alongside, ...(isRenamed || isNesting(edits) ? [this.forgetFacts] : [])],
          increments: { members: added.length - removed.length },
          isOfVersion: members.clear || isFromMembers,
          membershipCounts: membershipCountsOf(difference),
          ...(pendingIntent === undefined ? {} : { pendingIntent }),
        };
      },
      strict,
    );
    return this.finishChange(group);
  }

  private get forgetFacts(): GuardedWrite {
    return { write: invalidateCachedGroups(this.tenant.connection) };
  }

  /** Returns edits as writes of the group's transaction, or records them if they are too many. */
  private async memberWrites(
    groupId: string,
    edits: readonly MembershipEdit[],
  ): Promise<{
    readonly alongside: readonly GuardedWrite[];
    readonly pendingIntent: string | undefined;
  }> {
    if (edits.length > TRANSACTION_EDITS) {
      const pendingIntent = await recordEdits(this.tenant, groupId, edits.map(recordOf));
      return { alongside: [], pendingIntent };
    }
    const { connection, request } = this.tenant;
    return {
      alongside: edits
        .flatMap((edit) => editWrites(connection, groupId, edit, request?.reason))
        .map((write) => ({ write })),
      pendingIntent: undefined,
    };
  }

  /**
   * Applies the edits that a committed change has recorded, as far as time allows.
   * @returns the group, with `pendingIntent` if a large change is not complete yet
   */
  private async finishChange(group: StoredItem): Promise<StoredItem> {
    const { id, pendingIntent } = group;
    if (pendingIntent === undefined) return group;
    const isComplete = await unlessBusy(() => completeEdits(this.tenant, id, pendingIntent));
    return isComplete === true ? { ...group, pendingIntent: undefined } : group;
  }

  /** Deletes a group, then all memberships in it and of it. @throws ScimError 404, 412, 503 */
  async delete(id: string, check: Precondition): Promise<void> {
    const intent = deletionIntent(this.tenant, 'Group', id);
    await this.resources.remove(id, check, (group) => [
      ...deletionWrites(this.tenant, intent, group),
      invalidateCachedGroups(this.tenant.connection),
    ]);
    await finishDeletion(this.tenant, intent);
  }
}
