import type { Member } from '../../scim/patch/memberships';
import type { MemberType } from '../../scim/schema/resource-type';
import { resourceFromItem } from '../resources/resource-item';
import type { Tenant } from '../resources/tenant';
import type { Item, Key } from '../store/item';
import { groupListKey, membershipPartition, resourceKey, membershipKey } from '../store/keys';
import { isResourceId } from '../store/resource-ids';
import { groupListFromItem } from './group-list';
import { membersAmong, membershipFromItem, type Membership } from './membership-item';

/** The members that a change names, compared with the members that the group has. */
export interface Comparison extends NamedMembers {
  /** Members that are to be removed. */
  readonly leaving: readonly Membership[];
}

interface NamedMembers {
  /** Those that are members already, by id. */
  readonly present: ReadonlyMap<string, Membership>;
  /** Those that are not members yet, as `existingMembers` returns them. */
  readonly joining: readonly Membership[];
}

/** Reads the named members only: the change does not depend on the others. */
export async function compareWithNamed(
  tenant: Tenant,
  groupId: string,
  named: readonly Member[],
  remove: readonly string[],
): Promise<Comparison> {
  const [found, leaving] = await Promise.all([
    lookUpMembers(tenant, groupId, named),
    membersAmong(tenant, groupId, remove),
  ]);
  return { ...found, leaving: [...leaving.values()] };
}

/** Looks up named members, in one round trip if all of them are users or members already. */
async function lookUpMembers(
  tenant: Tenant,
  groupId: string,
  members: readonly Member[],
): Promise<NamedMembers> {
  const { table, connection } = tenant;
  const candidates = members.filter(({ value }) => isResourceId(value));
  const partition = membershipPartition(connection, groupId);
  const items = await table.getMany(
    candidates.flatMap(({ value }) => [
      membershipKey(connection, groupId, value),
      ...joiningKeys(connection, 'User', value),
    ]),
  );
  const present = new Map(
    items
      .filter(({ pk }) => pk === partition)
      .map(membershipFromItem)
      .map((member) => [member.value, member]),
  );
  const others = candidates.filter(({ value }) => !present.has(value));
  return { present, joining: await asMemberships(tenant, others, items) };
}

/**
 * Returns the memberships that named members would become, with the type of the resource that has
 * the id and a name to display. Ids that belong to no user or group are left out.
 */
export async function existingMembers(
  tenant: Tenant,
  members: readonly Member[],
): Promise<readonly Membership[]> {
  const candidates = members.filter(({ value }) => isResourceId(value));
  return asMemberships(tenant, candidates, await joiningItems(tenant, 'User', candidates));
}

/** @param users the items of those members that are users, as `joiningItems` returns them */
async function asMemberships(
  tenant: Tenant,
  members: readonly Member[],
  users: readonly Item[],
): Promise<readonly Membership[]> {
  const { connection } = tenant;
  const byKey = new Map(users.map((item) => [`${item.pk} ${item.sk}`, item]));
  const itemAt = ({ pk, sk }: Key): Item | undefined => byKey.get(`${pk} ${sk}`);
  const others = members.filter(({ value }) => !itemAt(resourceKey(connection, 'User', value)));
  for (const item of await joiningItems(tenant, 'Group', others)) {
    byKey.set(`${item.pk} ${item.sk}`, item);
  }
  return members.flatMap((member): readonly Membership[] => {
    const { value } = member;
    const user = itemAt(resourceKey(connection, 'User', value));
    const found = user ?? itemAt(resourceKey(connection, 'Group', value));
    if (found === undefined) return [];
    const type = found === user ? 'User' : 'Group';
    const { isFull } = groupListFromItem(itemAt(groupListKey(connection, type, value)));
    const name = member.display ?? displayNameOf(found);
    const display = name === undefined ? {} : { display: storedDisplayName(name) };
    return [{ value, type, isIndexed: isFull, ...display }];
  });
}

/** Reads what adding members depends on: the members and their group lists. */
function joiningItems(
  { table, connection }: Tenant,
  type: MemberType,
  members: readonly Member[],
): Promise<readonly Item[]> {
  return table.getMany(members.flatMap(({ value }) => joiningKeys(connection, type, value)));
}

/** Returns the keys of what adding a member depends on. */
export function joiningKeys(connection: string, type: MemberType, id: string): readonly Key[] {
  return [resourceKey(connection, type, id), groupListKey(connection, type, id)];
}

function displayNameOf(item: Item): string | undefined {
  const { displayName, userName } = resourceFromItem(item).attributes;
  if (typeof displayName === 'string') return displayName;
  return typeof userName === 'string' ? userName : undefined;
}

/** Memberships are written in transactions of up to 100 items, so their size has to be bounded. */
const DISPLAY_NAME_LENGTH = 256;

/** Returns a member's display name as its membership stores it. */
export function storedDisplayName(name: string): string {
  return name.slice(0, DISPLAY_NAME_LENGTH).toWellFormed();
}
