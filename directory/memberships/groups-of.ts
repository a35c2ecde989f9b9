import { asText, type JsonObject } from '../../scim/json';
import { locationOf } from '../../scim/resource/resource';
import { GROUP } from '../../scim/schema/resource-type';
import { inParallel } from '../store/batches';
import { textOf } from '../store/item';
import { INVERSE_INDEX, isResourceId, memberOfPartition, resourceKey } from '../store/keys';
import { resourceFromItem } from '../resources/resource-item';
import type { Tenant } from '../resources/tenant';

/**
 * The value of `groups` of several users (RFC 7643 section 4.1.2): the groups they are members of, and those that they are in because
 * a group of theirs is a member. Read through the index, which follows the table after a moment.
 */
export async function groupsOf(
  scope: Tenant,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly JsonObject[]>> {
  const parents = new ParentGroups(scope);
  const found = await inParallel(userIds, 16, async (id) => ({
    id,
    groups: await allGroups(parents, id),
  }));
  const names = await namesOf(scope, [
    ...new Set(found.flatMap(({ groups }) => [...groups.keys()])),
  ]);
  return new Map(
    found.map(({ id, groups }) => [
      id,
      [...groups].flatMap(([groupId, type]) => element(groupId, type)),
    ]),
  );

  function element(groupId: string, type: 'direct' | 'indirect'): readonly JsonObject[] {
    const display = names.get(groupId);
    // A group that is being deleted is gone before its memberships are.
    if (display === undefined) return [];
    return [{ value: groupId, $ref: locationOf(GROUP, scope.baseUrl, groupId), display, type }];
  }
}

/** The groups of a member by id; each is visited once, so that groups in a circle do no harm. */
async function allGroups(
  parents: ParentGroups,
  id: string,
): Promise<ReadonlyMap<string, 'direct' | 'indirect'>> {
  const groups = new Map<string, 'direct' | 'indirect'>();
  for (const groupId of await parents.of(id)) groups.set(groupId, 'direct');
  for (const groupId of groups.keys()) {
    for (const parent of await parents.of(groupId))
      if (!groups.has(parent)) groups.set(parent, 'indirect');
  }
  return groups;
}

/** Which groups a user or group is a member of; each is asked for once, however many users share it. */
class ParentGroups {
  private readonly known = new Map<string, Promise<readonly string[]>>();

  constructor(private readonly scope: Tenant) {}

  of(memberId: string): Promise<readonly string[]> {
    const known = this.known.get(memberId) ?? this.read(memberId);
    this.known.set(memberId, known);
    return known;
  }

  private async read(memberId: string): Promise<readonly string[]> {
    const { table, connection } = this.scope;
    const ids: string[] = [];
    if (!isResourceId(memberId)) return ids;
    for await (const item of table.queryAll(memberOfPartition(connection, memberId), {
      index: INVERSE_INDEX,
    })) {
      ids.push(textOf(item, 'gsi1sk'));
    }
    return ids;
  }
}

async function namesOf(
  { table, connection }: Tenant,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const items = await table.getMany(groupIds.map((id) => resourceKey(connection, 'Group', id)));
  return new Map(
    items.map((item) => [item.sk, asText(resourceFromItem(item).attributes['displayName'])]),
  );
}
