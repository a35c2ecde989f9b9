import { asText } from '../../scim/json';
import { resourceFromItem } from '../resources/resource-item';
import type { Tenant } from '../resources/tenant';
import { inParallel } from '../store/batches';
import { memberOfKey, resourceKey } from '../store/keys';
import { directGroupIds, memberOfFromItem } from './member-of';

/** What the `groups` of users show of a group. */
export interface GroupFacts {
  /** Undefined if the group was deleted, but not all of its memberships yet. */
  readonly name: string | undefined;
  /** Ids of the groups that the group is in directly. */
  readonly parents: readonly string[];
}

/** Groups whose parents are read in parallel, where one read does not show them all. */
const WIDTH = 16;

/** Returns the facts about groups and about all groups that contain them, by id. */
export async function groupFacts(
  tenant: Tenant,
  groupIds: Iterable<string>,
): Promise<ReadonlyMap<string, GroupFacts>> {
  const facts = new Map<string, GroupFacts>();
  let unknown = [...new Set(groupIds)];
  while (unknown.length > 0) {
    for (const [id, found] of await readFacts(tenant, unknown)) facts.set(id, found);
    const parents = new Set(unknown.flatMap((id) => facts.get(id)?.parents ?? []));
    unknown = [...parents].filter((id) => !facts.has(id));
  }
  return facts;
}

async function readFacts(
  tenant: Tenant,
  groupIds: readonly string[],
): Promise<readonly (readonly [string, GroupFacts])[]> {
  const { table, connection } = tenant;
  const isConverted = tenant.isConverted === true;
  const keyOf = (id: string) => resourceKey(connection, 'Group', id);
  const listKeyOf = (id: string) => memberOfKey(connection, 'Group', id);
  const items = await table.getMany(
    groupIds.flatMap((id) => [keyOf(id), ...(isConverted ? [listKeyOf(id)] : [])]),
  );
  const byKey = new Map(items.map((item) => [`${item.pk} ${item.sk}`, item]));
  return inParallel(groupIds, WIDTH, async (id) => {
    const [group, list] = [keyOf(id), listKeyOf(id)].map(({ pk, sk }) => byKey.get(`${pk} ${sk}`));
    const { groupIds: parents, hasMore } = memberOfFromItem(list);
    const isComplete = isConverted && !hasMore;
    return [
      id,
      {
        name: group && asText(resourceFromItem(group).attributes['displayName']),
        parents: isComplete ? parents : await directGroupIds(tenant, 'Group', id),
      },
    ] as const;
  });
}
