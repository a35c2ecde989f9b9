import type { Member } from '../../scim/patch/memberships';
import type { MemberType } from '../../scim/schema/resource-type';
import type { ChangeReason } from '../resources/request-info';
import type { Tenant } from '../resources/tenant';
import { textOf, type Item } from '../store/item';
import { memberIndexPartition, membershipKey, membershipPartition } from '../store/keys';
import { idIn, isResourceId } from '../store/resource-ids';
import { ABSENT, PRESENT, type Write } from '../store/write';
import { listGroup, unlistGroup } from './group-list';

/** A member as it is stored: one item per member, however large the group is. */
export interface Membership extends Member {
  readonly type: MemberType;
  /** Whether the inverse index lists the group, and not the member's group list. */
  readonly isIndexed: boolean;
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
  return new Map(items.map(membershipFromItem).map((member) => [member.value, member]));
}

/**
 * Creates the writes that add a member. A condition fails if the member is already there, if it was
 * deleted, or if its group list is full.
 * @param reason why it is added, if no SCIM client asked for it
 */
export function addMembership(
  connection: string,
  groupId: string,
  { value, type, display, isIndexed }: Membership,
  reason?: ChangeReason,
): readonly Write[] {
  return [
    {
      put: {
        ...membershipKey(connection, groupId, value),
        ...(isIndexed ? { gsi1pk: memberIndexPartition(connection, value), gsi1sk: groupId } : {}),
        type,
        ...(display === undefined ? {} : { display }),
        ...(reason === undefined ? {} : { reason }),
      },
      condition: ABSENT,
    },
    listGroup(connection, type, value, groupId, isIndexed),
  ];
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

/**
 * Creates the writes that remove a member. A condition fails without the member, and if the
 * membership has been converted since it was read.
 */
export function removeMembership(
  connection: string,
  groupId: string,
  { value, type, isIndexed }: Membership,
): readonly Write[] {
  const key = membershipKey(connection, groupId, value);
  if (isIndexed) return [{ delete: key, condition: { is: 'with', attribute: 'gsi1pk' } }];
  return [
    { delete: key, condition: { is: 'without', attributes: ['gsi1pk'] } },
    unlistGroup(connection, type, value, groupId),
  ];
}

/** Reads the item that `addMembership` wrote. */
export function membershipFromItem(item: Item): Membership {
  const display = item['display'];
  return {
    value: idIn(item),
    type: textOf(item, 'type') === 'Group' ? 'Group' : 'User',
    isIndexed: item['gsi1pk'] !== undefined,
    ...(typeof display === 'string' ? { display } : {}),
  };
}
