import type { ResourceTypeName } from '../../scim/schema/resource-type';
import type { Tenant } from '../resources/tenant';
import { textOf, textsOf, type Item } from '../store/item';
import { INVERSE_INDEX, isResourceId, memberIndexPartition, memberOfKey } from '../store/keys';
import type { Table } from '../store/table';
import type { Write } from '../store/write';

/*
 * Each user or group that is in a group has an item that lists its groups, written in the
 * membership's transaction. It is bounded, so that a change costs the same for every member: once
 * it is full, the inverse index lists further memberships, as it lists all memberships that a
 * release before 0.3.0 wrote (docs/decisions/0020-groups-of-members.md).
 *
 * The transaction that deletes a user or group marks its item, so that no membership can be added
 * any more. The `completion` function deletes the item some minutes later.
 */

/** The most groups that a member's item lists: it stays below a kilobyte, the unit of writes. */
export const LISTED_GROUPS = 32;

/** The groups that a member's item lists. */
export interface MemberOf {
  /** Ids of groups that the member is in directly. */
  readonly groupIds: readonly string[];
  /** Whether the inverse index lists further groups. */
  readonly hasMore: boolean;
  /** Whether a further membership is listed by the inverse index. */
  readonly isFull: boolean;
}

/** Reads a member's item. @param item undefined if the member has never been in a group */
export function memberOfFromItem(item: Item | undefined): MemberOf {
  const groups = textsOf(item, 'groups');
  return {
    groupIds: groups.map(expandedId).sort(),
    hasMore: item?.['more'] === true,
    isFull: groups.length >= LISTED_GROUPS,
  };
}

/** Creates the write that lists a group under a member, or notes that the index lists it. */
export function listGroup(
  connection: string,
  type: ResourceTypeName,
  memberId: string,
  groupId: string,
  isIndexed: boolean,
): Write {
  const update = memberOfKey(connection, type, memberId);
  if (isIndexed) return { update, set: { more: true }, condition: { is: 'notDeleted' } };
  const room = { set: 'groups', most: LISTED_GROUPS };
  return {
    update,
    include: { groups: compactId(groupId) },
    condition: { is: 'notDeleted', room },
  };
}

/** Creates the write that no longer lists a group under a member. */
export function unlistGroup(
  connection: string,
  type: ResourceTypeName,
  memberId: string,
  groupId: string,
): Write {
  return {
    update: memberOfKey(connection, type, memberId),
    exclude: { groups: compactId(groupId) },
  };
}

/** Creates the write, for the transaction that deletes a user or group, that ends its joining. */
export function endJoining(connection: string, type: ResourceTypeName, memberId: string): Write {
  return {
    update: memberOfKey(connection, type, memberId),
    set: { deletedAt: new Date().toISOString() },
  };
}

/** Creates the write that lets a user who comes back join groups again. */
export function resumeJoining(connection: string, memberId: string): Write {
  return { update: memberOfKey(connection, 'User', memberId), remove: ['deletedAt'] };
}

/** Deletes the item of a deleted member that has left all of its groups. */
export async function forgetMember(
  table: Table,
  connection: string,
  type: ResourceTypeName,
  memberId: string,
): Promise<void> {
  const key = memberOfKey(connection, type, memberId);
  const item = await table.get(key);
  // A user who came back has no `deletedAt`.
  if (item?.['deletedAt'] === undefined || textsOf(item, 'groups').length > 0) return;
  const value = textOf(item, 'deletedAt');
  await table.write([{ delete: key, condition: { is: 'same', attribute: 'deletedAt', value } }]);
}

/** Returns the ids of the groups that a user or group is in directly. */
export async function directGroupIds(
  tenant: Tenant,
  type: ResourceTypeName,
  memberId: string,
): Promise<readonly string[]> {
  if (!isResourceId(memberId)) return [];
  const { table, connection } = tenant;
  const key = memberOfKey(connection, type, memberId);
  if (tenant.isConverted !== true) {
    // The index is read first: a membership that is converted meanwhile is in the item then.
    const indexed = await indexedGroupIds(tenant, memberId);
    const [item] = await table.getMany([key]);
    return [...new Set([...memberOfFromItem(item).groupIds, ...indexed])];
  }
  const { groupIds, hasMore } = memberOfFromItem(await table.get(key));
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
  const hex = Buffer.from(compact, 'base64url').toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
