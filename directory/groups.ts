import { badRequest } from '../scim/errors/scim-error';
import type { BoundFilter } from '../scim/filter/bind';
import type { JsonObject } from '../scim/json';
import type { Member, MembershipChange } from '../scim/patch/memberships';
import type { Attributes } from '../scim/resource/parse';
import { locationOf } from '../scim/resource/resource';
import { GROUP, USER, type ResourceType } from '../scim/schema/resource-type';
import { Collection } from './resources/collection';
import { deletionIntent, deletionWrite, followDeletion } from './memberships/deletions';
import {
  completeEdits,
  completing,
  editWrite,
  recordEdits,
  TRANSACTION_EDITS,
  type MembershipEdit,
} from './memberships/member-edits';
import {
  existingMembers,
  expelDeleted,
  lookUpMembers,
  membersAmong,
  membersOf,
  shownName,
  type Membership,
  type NamedMembers,
} from './memberships/memberships';
import { membersWanted } from './memberships/members-wanted';
import type { MemberCounts } from './resources/request-info';
import { newMeta, type StoredItem } from './resources/resource-item';
import { Resources, type GuardedWrite, type Precondition, type Scope } from './resources/resources';
import { busy, unlessBusy } from './store/retries';
import { indexedGroupAttributes } from './resources/indexed-values';

/** How a connection's identity provider needs groups to behave. */
export interface GroupRules {
  /** Whether two groups may not share a `displayName`, in any case. */
  readonly uniqueNames: boolean;
  /** Whether a member that is neither a user nor a group is refused or passed over. */
  readonly unknownMembers: 'refuse' | 'skip';
  /** Is told how many were passed over. */
  readonly passedOver?: (count: number) => void;
}

/** What a request makes of a group. */
export interface GroupChange {
  readonly attributes: Attributes;
  readonly members: MembershipChange;
  /** Whether `members` was computed from those that the group has. */
  readonly isFromMembers?: boolean;
}

/** A group and its members. */
export interface GroupWithMembers {
  readonly group: StoredItem;
  readonly members: readonly JsonObject[];
}

/** How often the members of a group are read anew when they change meanwhile. */
const SNAPSHOT_ATTEMPTS = 5;

/** The groups of a connection. A group's item never holds its members. */
export class Groups {
  /** All groups, as listings read them: without their members. */
  readonly collection: Collection;
  private readonly resources: Resources;

  constructor(
    private readonly scope: Scope,
    type: ResourceType,
    private readonly rules: GroupRules,
  ) {
    this.resources = new Resources(scope, type, indexedGroupAttributes(rules.uniqueNames), completing(scope));
    this.collection = new Collection(this.resources, (group, filter) => this.derived(group, filter));
  }

  /** @throws ScimError 404 */
  get(id: string): Promise<StoredItem> {
    return this.resources.get(id);
  }

  /** A group's members as far as a filter asks for them. */
  private async derived(group: StoredItem, filter: BoundFilter): Promise<JsonObject> {
    const { id } = group;
    const wanted = membersWanted(filter);
    if (wanted === 'none') return {};
    if (wanted === 'all') return { members: (await this.withMembers(group)).members };
    if (group.pending !== undefined) await this.resources.getSettled(id);
    const found = await membersAmong(this.scope, id, wanted);
    return found.size === 0 ? {} : { members: [...found.values()].map((member) => this.toElement(member)) };
  }

  /**
   * A group with the value of its `members`, as many as this version of it has. Where they keep changing, the version is an older one than that of the
   * members: then a change that depends on it is refused.
   * @throws ScimError 404 when it is gone meanwhile, 503 when a change under way cannot be completed in time
   */
  async withMembers(group: StoredItem): Promise<GroupWithMembers> {
    let current = group;
    for (let attempt = 1; ; attempt += 1) {
      if (current.pending !== undefined) current = await this.resources.getSettled(current.id);
      const members: JsonObject[] = [];
      for await (const member of membersOf(this.scope, current.id)) members.push(this.toElement(member));
      if (members.length === current.members) return { group: current, members };
      // Others came or went since the group was read, perhaps in several steps of one change.
      const again = await this.resources.getSettled(current.id);
      if (again.version === current.version || attempt === SNAPSHOT_ATTEMPTS) return { group: current, members };
      current = again;
    }
  }

  /** The members as the filters of a PATCH see them. */
  async currentMembers(id: string): Promise<readonly Member[]> {
    const members: Member[] = [];
    for await (const member of membersOf(this.scope, id)) members.push(this.withReference(member));
    return members;
  }

  private toElement(membership: Membership): JsonObject {
    const { value, $ref, type, display } = this.withReference(membership);
    return { value, $ref, type, ...(display === undefined ? {} : { display }) };
  }

  private withReference(membership: Membership): Membership & { readonly $ref: string } {
    const type = membership.type === 'User' ? USER : GROUP;
    return { ...membership, $ref: locationOf(type, this.scope.baseUrl, membership.value) };
  }

  /** @throws ScimError 409 `uniqueness`, 400 `invalidValue` for an unknown member */
  async create(attributes: Attributes, members: MembershipChange): Promise<StoredItem> {
    const meta = newMeta();
    const named = [...members.add.values()];
    const added = await existingMembers(this.scope, named);
    this.checkKnown(named, added);
    const { further, pending } = await this.writes(
      meta.id,
      added.map((member) => ({ kind: 'add', member })),
    );
    const item = { members: added.length, ...(pending === undefined ? {} : { pending }) };
    const group = await this.resources.create(attributes, {
      meta,
      item,
      further,
      members: membersChange({ added, removed: [], renamed: [] }),
    });
    // The id is new, and so is everything that was written under it.
    if (group === undefined) throw busy(undefined);
    return this.finish(group, added);
  }

  /**
   * Changes a group's attributes and members, all or nothing. Adding a member and removing a stranger change nothing.
   * @param compute the change from what is stored; called again when another change came first
   * @param strict whether the client sent `If-Match`
   * @throws ScimError 404, 409 `uniqueness`, 400 `invalidValue` for an unknown member, 503, and what `compute` throws
   */
  async change(
    id: string,
    compute: (current: StoredItem) => GroupChange | Promise<GroupChange>,
    strict: boolean,
  ): Promise<StoredItem> {
    let joined: readonly Membership[] = [];
    const group = await this.resources.change(
      id,
      async (current) => {
        const { attributes, members, isFromMembers = false } = await compute(current);
        const { added, removed, renamed } = await this.difference(id, members);
        joined = added;
        const { further, pending } = await this.writes(id, [
          ...added.map((member) => ({ kind: 'add', member }) as const),
          ...renamed.map((member) => ({ kind: 'rename', member }) as const),
          ...removed.map((memberId) => ({ kind: 'remove', memberId }) as const),
        ]);
        const increments = { members: added.length - removed.length };
        const isOfVersion = members.clear || isFromMembers;
        return {
          attributes,
          further,
          increments,
          isOfVersion,
          members: membersChange({ added, removed, renamed }),
          ...(pending === undefined ? {} : { pending }),
        };
      },
      strict,
    );
    return this.finish(group, joined);
  }

  /** Edits as writes of the group's own transaction, or, when they are too many, recorded to follow it. */
  private async writes(
    groupId: string,
    edits: readonly MembershipEdit[],
  ): Promise<{ readonly further: readonly GuardedWrite[]; readonly pending: string | undefined }> {
    const { connection } = this.scope;
    if (edits.length > TRANSACTION_EDITS) {
      return { further: [], pending: await recordEdits(this.scope, groupId, edits) };
    }
    return { further: edits.map((edit) => ({ write: editWrite(connection, groupId, edit) })), pending: undefined };
  }

  /**
   * Does what follows a change that has happened; what there is no time for, others do.
   * @returns the group, still with `pending` when not all of a large change is done
   */
  private async finish(group: StoredItem, joined: readonly Membership[]): Promise<StoredItem> {
    const { id, pending } = group;
    if (pending === undefined) {
      await unlessBusy(() => expelDeleted(this.scope, id, joined, completing(this.scope)));
      return group;
    }
    const isComplete = await unlessBusy(() => completeEdits(this.scope, id, pending));
    return isComplete === true ? { ...group, pending: undefined } : group;
  }

  /** Deletes a group, and then the memberships of its members and its own. @throws ScimError 404, and what `check` throws */
  async delete(id: string, check: Precondition): Promise<void> {
    const intent = deletionIntent(this.scope, 'Group', id);
    await this.resources.remove(id, check, (group) => [deletionWrite(this.scope, intent, group)]);
    await followDeletion(this.scope, intent, completing(this.scope));
  }

  /** Who really joins, who really leaves, and whose name is another now. */
  private async difference(id: string, change: MembershipChange): Promise<Difference> {
    const { clear, add } = change;
    if (add.has(id)) throw badRequest('invalidValue', 'A group cannot be its own member.');
    const named = [...add.values()];
    const { present, joining, leaving } = clear
      ? await this.replacement(id, named)
      : await this.addition(id, named, [...change.remove]);
    const renamed = named.flatMap(({ value, display }) => {
      const member = present.get(value);
      if (member === undefined || display === undefined || shownName(display) === member.display) return [];
      return [{ value, display: shownName(display) }];
    });
    this.checkKnown(
      named.filter(({ value }) => !present.has(value)),
      joining,
    );
    return { added: joining, renamed, removed: leaving };
  }

  /** A difference that does not depend on who else is in the group, and does not read it. */
  private async addition(id: string, named: readonly Member[], remove: readonly string[]): Promise<Comparison> {
    const [found, leaving] = await Promise.all([
      lookUpMembers(this.scope, id, named),
      membersAmong(this.scope, id, remove),
    ]);
    return { ...found, leaving: [...leaving.keys()] };
  }

  /** A difference to all members that there are. */
  private async replacement(id: string, named: readonly Member[]): Promise<Comparison> {
    const present = new Map<string, Membership>();
    for await (const member of membersOf(this.scope, id)) present.set(member.value, member);
    const staying = new Set(named.map(({ value }) => value));
    const joining = await existingMembers(
      this.scope,
      named.filter(({ value }) => !present.has(value)),
    );
    return { present, joining, leaving: [...present.keys()].filter((value) => !staying.has(value)) };
  }

  /** @throws ScimError 400 `invalidValue` when there are unknown members and they are refused */
  private checkKnown(named: readonly Member[], known: readonly Membership[]): void {
    if (known.length === named.length) return;
    if (this.rules.unknownMembers === 'skip') {
      this.rules.passedOver?.(named.length - known.length);
      return;
    }
    const ids = new Set(known.map(({ value }) => value));
    const unknown = named.find(({ value }) => !ids.has(value));
    throw badRequest(
      'invalidValue',
      `Member "${unknown?.value ?? ''}" is neither a user nor a group of this connection.`,
    );
  }
}

/** Members that a client names beside those that a group has. */
interface Comparison extends NamedMembers {
  readonly leaving: readonly string[];
}

interface Difference {
  readonly added: readonly Membership[];
  readonly renamed: readonly Member[];
  readonly removed: readonly string[];
}

/** Members of one change that the log names. */
const NAMED = 5;

function membersChange({ added, removed, renamed }: Difference): MemberCounts | undefined {
  const ids = [...added.map(({ value }) => value), ...removed, ...renamed.map(({ value }) => value)];
  if (ids.length === 0) return undefined;
  return {
    added: added.length,
    removed: removed.length,
    ...(renamed.length === 0 ? {} : { renamed: renamed.length }),
    ids: ids.slice(0, NAMED),
  };
}
