import { badRequest } from '../scim/error';
import type { BoundFilter } from '../scim/filter/bind';
import type { JsonObject } from '../scim/json';
import type { Member, MembershipChange } from '../scim/patch/memberships';
import type { Attributes } from '../scim/resource/parse';
import { locationOf, type StoredResource } from '../scim/resource/resource';
import { describeTarget, GROUP, USER, type ResourceType } from '../scim/schema/resource-type';
import { inParallel } from './batches';
import { Collection } from './collection';
import { completeIntent, completing, editWrite, recordIntent, TRANSACTION_EDITS, type MembershipEdit } from './intents';
import { membershipPartition } from './keys';
import {
  existingMembers,
  expelDeleted,
  leaveAllGroups,
  membersAmong,
  membersOf,
  shownName,
  type Membership,
} from './memberships';
import { newMeta } from './resource-item';
import { Resources, superseded, type GuardedWrite, type Precondition, type Scope } from './resources';
import type { PageKey } from './table';
import { indexedGroupAttributes } from './values';

/** How a connection's identity provider needs groups to behave. */
export interface GroupRules {
  /** Whether two groups may not share a `displayName`, in any case. */
  readonly uniqueNames: boolean;
  /** Whether a member that is neither a user nor a group is refused or passed over. */
  readonly unknownMembers: 'refuse' | 'skip';
}

/** What a request makes of a group. */
export interface GroupChange {
  readonly attributes: Attributes;
  readonly members: MembershipChange;
}

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
  get(id: string): Promise<StoredResource> {
    return this.resources.get(id);
  }

  /** A group's members as far as a filter asks for them. */
  private async derived({ id }: StoredResource, filter: BoundFilter): Promise<JsonObject> {
    const wanted = membersWanted(filter);
    if (wanted === 'none') return {};
    if (wanted === 'all') return { members: await this.members(id) };
    const found = await membersAmong(this.scope, id, wanted);
    return found.size === 0 ? {} : { members: [...found.values()].map((member) => this.toElement(member)) };
  }

  /**
   * The value of a group's `members`.
   * @param atMost how many are worth reading; `'more'` is the answer when there are more
   */
  async members(id: string): Promise<readonly JsonObject[]>;
  async members(id: string, atMost: number): Promise<readonly JsonObject[] | 'more'>;
  async members(id: string, atMost = Number.POSITIVE_INFINITY): Promise<readonly JsonObject[] | 'more'> {
    const elements: JsonObject[] = [];
    for await (const member of membersOf(this.scope, id)) {
      if (elements.length === atMost) return 'more';
      elements.push(this.toElement(member));
    }
    return elements;
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
  async create(attributes: Attributes, members: MembershipChange): Promise<StoredResource> {
    const meta = newMeta();
    const added = await this.known([...members.add.values()]);
    const { further, pending } = await this.writes(
      meta.id,
      added.map((member) => ({ kind: 'add', member })),
    );
    const item = { members: added.length, ...(pending === undefined ? {} : { pending }) };
    const group = await this.resources.create(attributes, { meta, item, further });
    if (group === undefined) throw superseded();
    await this.finish(group.id, pending, added);
    return group;
  }

  /**
   * Changes a group's attributes and members, all or nothing. Adding a member and removing a stranger change nothing.
   * @param compute the change from what is stored; called again when another change came first
   * @param strict whether the client sent `If-Match`
   * @throws ScimError 404, 409 `uniqueness`, 400 `invalidValue` for an unknown member, 503, and what `compute` throws
   */
  async change(
    id: string,
    compute: (current: StoredResource) => GroupChange | Promise<GroupChange>,
    strict: boolean,
  ): Promise<StoredResource> {
    let joined: readonly Membership[] = [];
    let intent: string | undefined;
    const group = await this.resources.change(
      id,
      async (current) => {
        const { attributes, members } = await compute(current);
        const { added, removed, renamed } = await this.difference(id, members);
        joined = added;
        const { further, pending } = await this.writes(id, [
          ...added.map((member) => ({ kind: 'add', member }) as const),
          ...renamed.map((member) => ({ kind: 'rename', member }) as const),
          ...removed.map((memberId) => ({ kind: 'remove', memberId }) as const),
        ]);
        intent = pending;
        const increments = { members: added.length - removed.length };
        return { attributes, further, increments, ...(pending === undefined ? {} : { pending }) };
      },
      strict,
    );
    await this.finish(id, intent, joined);
    return group;
  }

  /** Edits as writes of the group's own transaction, or, when they are too many, recorded to follow it. */
  private async writes(
    groupId: string,
    edits: readonly MembershipEdit[],
  ): Promise<{ readonly further: readonly GuardedWrite[]; readonly pending: string | undefined }> {
    const { connection } = this.scope;
    if (edits.length > TRANSACTION_EDITS) {
      return { further: [], pending: await recordIntent(this.scope, groupId, edits) };
    }
    return { further: edits.map((edit) => ({ write: editWrite(connection, groupId, edit) })), pending: undefined };
  }

  private async finish(groupId: string, intent: string | undefined, joined: readonly Membership[]): Promise<void> {
    if (intent !== undefined) await completeIntent(this.scope, groupId, intent);
    else await expelDeleted(this.scope, groupId, joined, completing(this.scope));
  }

  /** Deletes a group with its memberships, those of its members and its own. @throws ScimError 404, and what `check` throws */
  async delete(id: string, check: Precondition): Promise<void> {
    check(await this.resources.get(id));
    await this.dissolve(id);
    await this.resources.remove(id, check);
    await this.dissolve(id);
  }

  private async dissolve(id: string): Promise<void> {
    const { table, connection } = this.scope;
    await leaveAllGroups(this.scope, id, completing(this.scope));
    let after: PageKey | undefined;
    do {
      const { items, next } = await table.query(membershipPartition(connection, id), { after });
      await inParallel(items, 25, ({ pk, sk }) => table.write([{ delete: { pk, sk } }]));
      after = next;
    } while (after !== undefined);
  }

  /** Who really joins, who really leaves, and whose name is another now. */
  private async difference(id: string, { clear, add, remove }: MembershipChange): Promise<Difference> {
    if (add.has(id)) throw badRequest('invalidValue', 'A group cannot be its own member.');
    const present = clear
      ? new Map((await this.currentMembers(id)).map((member) => [member.value, member]))
      : await membersAmong(this.scope, id, [...add.keys(), ...remove]);
    const named = [...add.values()];
    const renamed = named.flatMap(({ value, display }) => {
      const member = present.get(value);
      if (member === undefined || display === undefined || shownName(display) === member.display) return [];
      return [{ value, display: shownName(display) }];
    });
    return {
      added: await this.known(named.filter(({ value }) => !present.has(value))),
      renamed,
      removed: clear
        ? [...present.keys()].filter((value) => !add.has(value))
        : [...remove].filter((value) => present.has(value)),
    };
  }

  private async known(members: readonly Member[]): Promise<readonly Membership[]> {
    if (members.length === 0) return [];
    const known = await existingMembers(this.scope, members);
    if (known.length < members.length && this.rules.unknownMembers === 'refuse') {
      const ids = new Set(known.map(({ value }) => value));
      const unknown = members.find(({ value }) => !ids.has(value));
      throw badRequest(
        'invalidValue',
        `Member "${unknown?.value ?? ''}" is neither a user nor a group of this connection.`,
      );
    }
    return known;
  }
}

interface Difference {
  readonly added: readonly Membership[];
  readonly renamed: readonly Member[];
  readonly removed: readonly string[];
}

/** Which members must be known to evaluate a filter: the ids it asks for by equality, or all of them. */
function membersWanted(filter: BoundFilter): 'none' | 'all' | readonly string[] {
  switch (filter.kind) {
    case 'not':
      return membersWanted(filter.filter);
    case 'and':
    case 'or': {
      const left = membersWanted(filter.left);
      const right = membersWanted(filter.right);
      if (left === 'none' || right === 'none') return left === 'none' ? right : left;
      return left === 'all' || right === 'all' ? 'all' : [...left, ...right];
    }
    case 'compare':
      if (
        describeTarget(filter.target) === 'members.value' &&
        filter.operator === 'eq' &&
        typeof filter.value === 'string'
      ) {
        return [filter.value];
      }
      return filter.target.attribute.name === 'members' ? 'all' : 'none';
    case 'present':
      return filter.target.attribute.name === 'members' ? 'all' : 'none';
    case 'values':
      if (filter.target.attribute.name !== 'members') return 'none';
      return filter.filter.kind === 'compare' ? membersWanted(filter.filter) : 'all';
  }
}
