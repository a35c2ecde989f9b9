import type { Member } from '../../scim/patch/memberships';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { resourceFromItem } from '../resources/resource-item';
import type { Tenant } from '../resources/tenant';
import type { Item } from '../store/item';
import { isResourceId, membershipPartition, resourceKey } from '../store/keys';
import { membershipFromItem, type Membership } from './membership-item';

/** The members that a client named, compared with the members that the group has. */
export interface NamedMembers {
  /** Those that are members already, by id. */
  readonly present: ReadonlyMap<string, Membership>;
  /** Those that are not members yet, as `existingMembers` returns them. */
  readonly joining: readonly Membership[];
}

/** Looks up named members, in a single round trip if all of them are members or users. */
export async function lookUpMembers(
  tenant: Tenant,
  groupId: string,
  members: readonly Member[],
): Promise<NamedMembers> {
  const { table, connection } = tenant;
  const candidates = members.filter(({ value }) => isResourceId(value));
  const partition = membershipPartition(connection, groupId);
  const items = await table.getMany(
    candidates.flatMap(({ value }) => [
      { pk: partition, sk: value },
      resourceKey(connection, 'User', value),
    ]),
  );
  const isMembership = ({ pk }: Item): boolean => pk === partition;
  const present = new Map(
    items.filter(isMembership).map((item) => [item.sk, membershipFromItem(item)]),
  );
  const users = new Map(items.filter((item) => !isMembership(item)).map((item) => [item.sk, item]));
  const others = candidates.filter(({ value }) => !present.has(value));
  return { present, joining: await asMemberships(tenant, others, users) };
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
  return asMemberships(tenant, candidates, await itemsOf(tenant, 'User', candidates));
}

/** @param users the items of those members that are users */
async function asMemberships(
  tenant: Tenant,
  members: readonly Member[],
  users: ReadonlyMap<string, Item>,
): Promise<readonly Membership[]> {
  const others = members.filter(({ value }) => !users.has(value));
  const groups = await itemsOf(tenant, 'Group', others);
  return members.flatMap((member) => {
    const [user, group] = [users.get(member.value), groups.get(member.value)];
    const found = user ?? group;
    if (found === undefined) return [];
    const name = member.display ?? displayNameOf(found);
    return [
      {
        value: member.value,
        type: found === user ? ('User' as const) : ('Group' as const),
        ...(name === undefined ? {} : { display: storedDisplayName(name) }),
      },
    ];
  });
}

async function itemsOf(
  { table, connection }: Tenant,
  type: ResourceTypeName,
  members: readonly Member[],
): Promise<ReadonlyMap<string, Item>> {
  const items = await table.getMany(
    members.map(({ value }) => resourceKey(connection, type, value)),
  );
  return new Map(items.map((item) => [item.sk, item]));
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
