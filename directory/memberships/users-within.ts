import type { Tenant } from '../resources/tenant';
import { numberOf } from '../store/item';
import { resourceKey } from '../store/keys';
import { isResourceId } from '../store/resource-ids';
import { membersOf } from './membership-item';

/**
 * Returns the ids of the users who are in a group, directly or through other groups.
 * @param check called with the number of members before they are read; refuses by throwing
 */
export async function userIdsWithin(
  tenant: Tenant,
  groupId: string,
  check: (members: number) => void,
): Promise<ReadonlySet<string>> {
  const { table, connection } = tenant;
  const users = new Set<string>();
  // The loop also visits the groups that it adds, each once, so that cycles end.
  const groups = new Set(isResourceId(groupId) ? [groupId] : []);
  let members = 0;
  for (const id of groups) {
    const group = await table.get(resourceKey(connection, 'Group', id));
    if (group === undefined) continue;
    members += numberOf(group, 'members');
    check(members);
    for await (const { type, value } of membersOf(tenant, id)) {
      (type === 'User' ? users : groups).add(value);
    }
  }
  return users;
}
