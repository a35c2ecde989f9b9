import type { MemberType } from '../../scim/schema/resource-type';
import type { Tenant } from '../resources/tenant';
import { textOf, textsOf, type Item } from '../store/item';
import { INVERSE_INDEX, memberIndexPartition, groupListKey } from '../store/keys';
import { isResourceId } from '../store/resource-ids';
import { uuidFrom } from '../store/key-texts';
import type { Table } from '../store/table';
import type { Write } from '../store/write';

/*
 * The group list of a user or group is an item with the ids of the groups that it is in, written in
 * the transaction of the membership. It is bounded, so that a change costs the same for every
 * member: once it is full, the inverse index lists further memberships, as it lists all memberships
 * that a release before 0.3.0 wrote (docs/decisions/0020-groups-of-members.md).
 *
 * The transaction that deletes a user or group marks its group list, so that no membership can be
 * added any more. The `completion` function deletes the list some minutes later.
 */

/** The most groups in a group list: it stays below a kilobyte, the unit of writes. */
export const LISTED_GROUPS = 32;

/** The groups that a user or group is in directly. */
export interface GroupList {
  /** Ids of groups. */
  readonly groupIds: readonly string[];
  /** Whether the inverse index has listed a further group. */
  readonly hasMore: boolean;
  /** Whether the inverse index lists the next membership. */
  readonly isFull: boolean;
}

/** Reads a group list. @param item undefined if the member has never been in a group */
export function groupListFromItem(item: Item | undefined): GroupList {
  const groups = textsOf(item, 'groups');
  return {
    groupIds: groups.map(expandedId).sort(),
    hasMore: item?.['more'] === true,
    isFull: groups.length >= LISTED_GROUPS,
  };
}

/** Creates the write that adds a group to a group list, or notes there that the index lists it. */
export function listGroup(
  connection: string,
  type: MemberType,
  memberId: string,
  groupId: string,
  isIndexed: boolean,
): Write {
  const update = groupListKey(connection, type, memberId);
  if (isIndexed) return { update, set: { more: true }, condition: { is: 'notDeleted' } };
  const room = { set: 'groups', most: LISTED_GROUPS };
  return {
    update,
    addToSets: { groups: compactId(groupId) },
    condition: { is: 'notDeleted', room },
  };
}

/** Creates the write that removes a group from a group list. */
export function unlistGroup(
  connection: string,
  type: MemberType,
  memberId: string,
  groupId: string,
): Write {
  return {
    update: groupListKey(connection, type, memberId),
    removeFromSets: { groups: compactId(groupId) },
  };
}

/**
 * Creates the write that marks a group list as deleted, for the transaction that deletes the
 * member. The mark prevents further memberships.
 */
export function markGroupListDeleted(
  connection: string,
  type: MemberType,
  memberId: string,
): Write {
  return {
    update: groupListKey(connection, type, memberId),
    set: { deletedAt: new Date().toISOString() },
  };
}

/** Creates the write that removes the mark of a user who comes back. */
export function unmarkGroupListDeleted(connection: string, memberId: string): Write {
  return { update: groupListKey(connection, 'User', memberId), remove: ['deletedAt'] };
}

/** Deletes the group list of a deleted member that has left all of its groups. */
export async function deleteGroupList(
  table: Table,
  connection: string,
  type: MemberType,
  memberId: string,
): Promise<void> {
  const key = groupListKey(connection, type, memberId);
  const item = await table.get(key);
  // The list of a user who came back has no mark.
  if (item?.['deletedAt'] === undefined || textsOf(item, 'groups').length > 0) return;
  const value = textOf(item, 'deletedAt');
  await table.write([{ delete: key, condition: { is: 'same', attribute: 'deletedAt', value } }]);
}

/** Returns the ids of the groups that a user or group is in directly. */
export async function directGroupIds(
  tenant: Tenant,
  type: MemberType,
  memberId: string,
): Promise<readonly string[]> {
  if (!isResourceId(memberId)) return [];
  const { table, connection } = tenant;
  const key = groupListKey(connection, type, memberId);
  if (tenant.membershipsConverted !== true) {
    // The index is read first: a membership that is converted meanwhile is in the list then. A
    // query never gets a list that was prefetched before.
    const indexed = await indexedGroupIds(tenant, memberId);
    const [item] = (await table.query(key.pk, { between: [key.sk, key.sk] })).items;
    return [...new Set([...groupListFromItem(item).groupIds, ...indexed])];
  }
  const { groupIds, hasMore } = groupListFromItem(await table.get(key));
  return hasMore ? [...groupIds, ...(await indexedGroupIds(tenant, memberId))] : groupIds;
}

/** Returns the ids of the groups under which the inverse index lists a member. */
export async function indexedGroupIds(
  { table, connection }: Tenant,
  memberId: string,
): Promise<readonly string[]> {
  const ids: string[] = [];
  const partition = memberIndexPartition(connection, memberId);
  for await (const item of table.queryAll(partition, { index: INVERSE_INDEX })) {
    ids.push(textOf(item, 'gsi1sk'));
  }
  return ids;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Marks an id that is not a UUID; no id contains it. */
const PLAIN = '.';

/** Shortens the id of a group from 36 to 22 characters, so that an item lists more of them. */
function compactId(id: string): string {
  if (!UUID.test(id)) return `${PLAIN}${id}`;
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

function expandedId(compact: string): string {
  if (compact.startsWith(PLAIN)) return compact.slice(PLAIN.length);
  return uuidFrom(Buffer.from(compact, 'base64url').toString('hex'));
}
