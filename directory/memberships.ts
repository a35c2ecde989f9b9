import type { Member } from '../scim/patch/memberships';
import type { ResourceTypeName } from '../scim/schema/resource-type';
import { inParallel } from './batches';
import { textOf, type Item } from './item';
import {
  INVERSE_INDEX,
  isResourceId,
  membershipKey,
  membershipPartition,
  memberOfPartition,
  resourceKey,
} from './keys';
import { fromItem } from './resource-item';
import { CHANGE_ATTEMPTS, superseded, type Scope } from './resources';
import { newVersion } from './version';
import { ABSENT, PRESENT, type Write } from './write';

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

/**
 * The memberships that members named by a client would become: with the type of the resource that exists under the id, and a
 * name to display. Ids without a user or a group are left out.
 */
export async function existingMembers(
  { table, connection }: Scope,
  members: readonly Member[],
): Promise<readonly Membership[]> {
  const candidates = members.filter(({ value }) => isResourceId(value));
  const users = await find('User', candidates);
  const groups = await find(
    'Group',
    candidates.filter(({ value }) => !users.has(value)),
  );
  return candidates.flatMap((member) => {
    const found = users.get(member.value) ?? groups.get(member.value);
    if (found === undefined) return [];
    const name = member.display ?? displayOf(found);
    const display = name === undefined ? undefined : shownName(name);
    return [
      {
        value: member.value,
        type: users.has(member.value) ? 'User' : 'Group',
        ...(display === undefined ? {} : { display }),
      },
    ];
  });

  async function find(type: ResourceTypeName, wanted: readonly Member[]): Promise<ReadonlyMap<string, Item>> {
    const items = await table.getMany(wanted.map(({ value }) => resourceKey(connection, type, value)));
    return new Map(items.map((item) => [item.sk, item]));
  }
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

/** Ends all memberships of a user or group that is being deleted; each group gets a new version. @param complete as `leaveGroup` */
export async function leaveAllGroups(
  scope: Scope,
  memberId: string,
  complete: (groupId: string, intent: string) => Promise<void>,
): Promise<void> {
  const { table, connection } = scope;
  const groupIds: string[] = [];
  for await (const item of table.queryAll(memberOfPartition(connection, memberId), { index: INVERSE_INDEX })) {
    groupIds.push(textOf(item, 'gsi1sk'));
  }
  await inParallel(groupIds, 8, (groupId) => leaveGroup(scope, groupId, memberId, complete));
}

/**
 * Ends one membership, if there is one; the group gets a new version.
 * @param complete completes a change of the group's members that is under way
 */
export async function leaveGroup(
  { table, connection }: Scope,
  groupId: string,
  memberId: string,
  complete: (groupId: string, intent: string) => Promise<void>,
): Promise<void> {
  const group = resourceKey(connection, 'Group', groupId);
  for (let attempt = 0; attempt < CHANGE_ATTEMPTS; attempt += 1) {
    const lastModified = new Date().toISOString();
    const failed = await table.write([
      removeMembership(connection, groupId, memberId),
      {
        update: group,
        set: { version: newVersion(), lastModified },
        add: { members: -1 },
        condition: { is: 'settled' },
      },
    ]);
    // Without a failure of the group's condition it is done, or there was no such membership.
    if (!failed.some(({ index }) => index === 1)) return;
    const pending = (await table.get(group))?.['pending'];
    if (typeof pending !== 'string') {
      // The group is gone, and its memberships are no more than litter.
      await table.write([{ delete: membershipKey(connection, groupId, memberId) }]);
      return;
    }
    await complete(groupId, pending);
  }
  throw superseded();
}

/**
 * Removes those who were deleted while they were being added: deletion looks for memberships after the user is gone, this looks for the user
 * after the membership is there, so that one of the two sees the other.
 * @param complete as `leaveGroup`
 */
export async function expelDeleted(
  scope: Scope,
  groupId: string,
  added: readonly Membership[],
  complete: (groupId: string, intent: string) => Promise<void>,
): Promise<void> {
  if (added.length === 0) return;
  const alive = new Set((await existingMembers(scope, added)).map(({ value }) => value));
  const gone = added.filter(({ value }) => !alive.has(value));
  await inParallel(gone, 8, ({ value }) => leaveGroup(scope, groupId, value, complete));
}

function fromMembershipItem(item: Item): Membership {
  const display = item['display'];
  return {
    value: item.sk,
    type: textOf(item, 'type') === 'Group' ? 'Group' : 'User',
    ...(typeof display === 'string' ? { display } : {}),
  };
}
