import type { Member } from '../../scim/patch/memberships';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import type { Tenant } from '../resources/tenant';
import { textOf, type Item } from '../store/item';
import { isResourceId, membershipKey, memberOfPartition, membershipPartition } from '../store/keys';
import { ABSENT, PRESENT, type Write } from '../store/write';

/** A member as it is stored: one item per member, however large the group is. */
export interface Membership extends Member {
  readonly type: ResourceTypeName;
}

/** Yields all members of a group, ordered by id, reading page by page. */
export async function* membersOf(
  { table, connection }: Tenant,
  groupId: string,
): AsyncGenerator<Membership> {
  for await (const item of table.queryAll(membershipPartition(connection, groupId))) {
    yield membershipFromItem(item);
  }
}

/** Returns those of the given ids that are members of a group, by id. */
export async function membersAmong(
  { table, connection }: Tenant,
  groupId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Membership>> {
  const keys = ids.filter(isResourceId).map((id) => membershipKey(connection, groupId, id));
  const items = await table.getMany(keys);
  return new Map(items.map((item) => [item.sk, membershipFromItem(item)]));
}

/** Creates the write that adds a member; its condition fails if the member is already there. */
export function addMembership(
  connection: string,
  groupId: string,
  { value, type, display }: Membership,
): Write {
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

/**
 * Creates the write that changes a member's display name; its condition fails without the member.
 */
export function renameMembership(
  connection: string,
  groupId: string,
  { value, display = '' }: Member,
): Write {
  return {
    update: membershipKey(connection, groupId, value),
    set: { display },
    condition: PRESENT,
  };
}

/** Creates the write that removes a member; its condition fails without the member. */
export function removeMembership(connection: string, groupId: string, memberId: string): Write {
  return { delete: membershipKey(connection, groupId, memberId), condition: PRESENT };
}

/** Reads the item that `addMembership` wrote. */
export function membershipFromItem(item: Item): Membership {
  const display = item['display'];
  return {
    value: item.sk,
    type: textOf(item, 'type') === 'Group' ? 'Group' : 'User',
    ...(typeof display === 'string' ? { display } : {}),
  };
}
