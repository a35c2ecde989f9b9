import type { Member } from '../../scim/patch/memberships';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { inParallel } from '../store/batches';
import { textOf, type Item } from '../store/item';
import {
  INVERSE_INDEX,
  isResourceId,
  membershipKey,
  membershipPartition,
  memberOfPartition,
  resourceKey,
} from '../store/keys';
import { fromItem } from '../resources/resource-item';
import type { Scope } from '../resources/resources';
import { HAND_OVER_MS } from '../store/retries';
import { newVersion } from '../store/version';
import { ABSENT, PRESENT, type Write } from '../store/write';

/** Completes a change of a group's members that is under way; throws ScimError 503 when there is no time for it. */
export type CompleteEdits = (groupId: string, intent: string) => Promise<void>;

/** A member as it is stored: one item of its own, whatever the size of the group. */
export interface Membership extends Member {
  readonly type: ResourceTypeName;
}

/** All members of a group, in the order of their ids, page by page as they are consumed. */
export async function* membersOf({ table, connection }: Scope, groupId: string): AsyncGenerator<Membership> {
  for await (const item of table.queryAll(membershipPartition(connection, groupId))) yield fromMembershipItem(item);
}

/** Those of the given ids that are members of a group. */
export async function membersAmong(
  { table, connection }: Scope,
  groupId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Membership>> {
  const keys = ids.filter(isResourceId).map((id) => membershipKey(connection, groupId, id));
  const items = await table.getMany(keys);
  return new Map(items.map((item) => [item.sk, fromMembershipItem(item)]));
}

/** What members named by a client are in a group. */
export interface NamedMembers {
  /** Those who are members. */
  readonly present: ReadonlyMap<string, Membership>;
  /** The others, as `existingMembers`. */
  readonly joining: readonly Membership[];
}

/** Looks members up that a client names: in one round trip where all of them are members or users. */
export async function lookUpMembers(scope: Scope, groupId: string, members: readonly Member[]): Promise<NamedMembers> {
  const { table, connection } = scope;
  const candidates = members.filter(({ value }) => isResourceId(value));
  const partition = membershipPartition(connection, groupId);
  const items = await table.getMany(
    candidates.flatMap(({ value }) => [{ pk: partition, sk: value }, resourceKey(connection, 'User', value)]),
  );
  const isMembership = ({ pk }: Item): boolean => pk === partition;
  const present = new Map(items.filter(isMembership).map((item) => [item.sk, fromMembershipItem(item)]));
  const users = new Map(items.filter((item) => !isMembership(item)).map((item) => [item.sk, item]));
  const strangers = candidates.filter(({ value }) => !present.has(value));
  return { present, joining: await asMemberships(scope, strangers, users) };
}

/**
 * The memberships that members named by a client would become: with the type of the resource that exists under the id, and a
 * name to display. Ids without a user or a group are left out.
 */
export async function existingMembers(scope: Scope, members: readonly Member[]): Promise<readonly Membership[]> {
  const candidates = members.filter(({ value }) => isResourceId(value));
  return asMemberships(scope, candidates, await itemsOf(scope, 'User', candidates));
}

/** @param users those of the members that are users */
async function asMemberships(
  scope: Scope,
  members: readonly Member[],
  users: ReadonlyMap<string, Item>,
): Promise<readonly Membership[]> {
  const others = members.filter(({ value }) => !users.has(value));
  const groups = await itemsOf(scope, 'Group', others);
  return members.flatMap((member) => {
    const [user, group] = [users.get(member.value), groups.get(member.value)];
    const found = user ?? group;
    if (found === undefined) return [];
    const name = member.display ?? displayOf(found);
    return [
      {
        value: member.value,
        type: found === user ? ('User' as const) : ('Group' as const),
        ...(name === undefined ? {} : { display: shownName(name) }),
      },
    ];
  });
}

async function itemsOf(
  { table, connection }: Scope,
  type: ResourceTypeName,
  members: readonly Member[],
): Promise<ReadonlyMap<string, Item>> {
  const items = await table.getMany(members.map(({ value }) => resourceKey(connection, type, value)));
  return new Map(items.map((item) => [item.sk, item]));
}

/** How much of a name a membership keeps: it is an item of its own, and one of many in a transaction. */
const SHOWN_NAME_LENGTH = 256;

/** A member's name as its membership keeps it. */
export function shownName(name: string): string {
  return name.slice(0, SHOWN_NAME_LENGTH).toWellFormed();
}

function displayOf(item: Item): string | undefined {
  const { displayName, userName } = fromItem(item).attributes;
  return typeof displayName === 'string' ? displayName : typeof userName === 'string' ? userName : undefined;
}

/** The write that makes a member; it fails when the member is one already. */
export function addMembership(connection: string, groupId: string, { value, type, display }: Membership): Write {
  return {
    put: {
      ...membershipKey(connection, groupId, value),
      gsi1pk: memberOfPartition(connection, value),
      gsi1sk: groupId,
      type,
      ...(display === undefined ? {} : { display }),
    },
    condition: ABSENT,
  };
}

/** The write that changes the name under which a member is shown; it fails when there is no such member. */
export function renameMembership(connection: string, groupId: string, { value, display = '' }: Member): Write {
  return { update: membershipKey(connection, groupId, value), set: { display }, condition: PRESENT };
}

/** The write that ends a membership; it fails when there is none. */
export function removeMembership(connection: string, groupId: string, memberId: string): Write {
  return { delete: membershipKey(connection, groupId, memberId), condition: PRESENT };
}

/** Groups that a deleted member leaves at the same time. */
const WIDTH = 8;

/**
 * Ends all memberships of a user or group that has been deleted; each group gets a new version.
 * @returns false when the time was not enough
 * @throws ScimError 503
 */
export async function leaveAllGroups(
  scope: Scope,
  type: ResourceTypeName,
  memberId: string,
  complete: CompleteEdits,
): Promise<boolean> {
  const { table, connection } = scope;
  const groupIds: string[] = [];
  for await (const item of table.queryAll(memberOfPartition(connection, memberId), { index: INVERSE_INDEX })) {
    groupIds.push(textOf(item, 'gsi1sk'));
  }
  const left = await inParallel(groupIds, WIDTH, async (groupId) => {
    if (table.retries.timeLeft < HAND_OVER_MS) return false;
    await leaveGroup(scope, groupId, type, memberId, complete);
    return true;
  });
  return left.every(Boolean);
}

/** Ends one membership of a member that is gone, if there is one; the group gets a new version. @throws ScimError 503 */
async function leaveGroup(
  { table, connection }: Scope,
  groupId: string,
  type: ResourceTypeName,
  memberId: string,
  complete: CompleteEdits,
): Promise<void> {
  const group = resourceKey(connection, 'Group', groupId);
  for (let attempt = 1; ; attempt += 1) {
    const lastModified = new Date().toISOString();
    const failed = await table.write([
      {
        update: group,
        set: { version: newVersion(), lastModified },
        add: { members: -1 },
        condition: { is: 'settled' },
      },
      removeMembership(connection, groupId, memberId),
      // A deleted user may have come back under its id and have joined the group anew.
      { check: resourceKey(connection, type, memberId), condition: ABSENT },
    ]);
    const ofGroup = failed.find(({ index }) => index === 0);
    // Without a failure of the group's condition it is done, or there is no such membership any more.
    if (ofGroup === undefined) return;
    if (ofGroup.item === undefined) {
      // The group is gone, and its memberships are no more than litter.
      await table.write([{ delete: membershipKey(connection, groupId, memberId) }]);
      return;
    }
    const { pending } = ofGroup.item;
    if (typeof pending === 'string') await complete(groupId, pending);
    await table.retries.pause(attempt);
  }
}

/**
 * Removes those who were deleted while they were being added. Deletion looks for memberships in an index that follows after a moment; this looks for
 * the user after the membership is there, so that nobody need wait for the second look of the deletion.
 */
export async function expelDeleted(
  scope: Scope,
  groupId: string,
  added: readonly Membership[],
  complete: CompleteEdits,
): Promise<void> {
  if (added.length === 0) return;
  const alive = new Set((await existingMembers(scope, added)).map(({ value }) => value));
  const gone = added.filter(({ value }) => !alive.has(value));
  await inParallel(gone, WIDTH, ({ value, type }) => leaveGroup(scope, groupId, type, value, complete));
}

function fromMembershipItem(item: Item): Membership {
  const display = item['display'];
  return {
    value: item.sk,
    type: textOf(item, 'type') === 'Group' ? 'Group' : 'User',
    ...(typeof display === 'string' ? { display } : {}),
  };
}
