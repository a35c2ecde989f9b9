import { UserGroups } from '../directory/memberships/user-groups';
import { resourceFromItem } from '../directory/resources/resource-item';
import type { Tenant } from '../directory/resources/tenant';
import { resourceKey } from '../directory/store/keys';
import { asText } from '../scim/json';
import type { RoleGroup } from './profile';

/** Returns the groups of users, direct and indirect, as role rules compare them. */
export async function roleGroupsOf(
  tenant: Tenant,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly RoleGroup[]>> {
  const { table, connection } = tenant;
  const byUser = await new UserGroups(tenant).of(userIds);
  const ids = new Set([...byUser.values()].flat().map(({ value }) => asText(value)));
  const items = await table.getMany([...ids].map((id) => resourceKey(connection, 'Group', id)));
  const groups = new Map(
    items.map((item) => {
      const { id, attributes } = resourceFromItem(item);
      const [displayName, externalId] = [attributes['displayName'], attributes['externalId']];
      return [
        id,
        { id, displayName: asText(displayName), externalId: asText(externalId) },
      ] as const;
    }),
  );
  return new Map(
    [...byUser].map(([id, list]) => [
      id,
      list.flatMap(({ value }) => groups.get(asText(value)) ?? []),
    ]),
  );
}
