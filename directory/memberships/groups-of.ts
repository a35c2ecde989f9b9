import { asText, type JsonObject } from '../../scim/json';
import { locationOf } from '../../scim/resource/resource';
import { GROUP } from '../../scim/schema/resource-type';
import { resourceFromItem } from '../resources/resource-item';
import type { Tenant } from '../resources/tenant';
import { inParallel } from '../store/batches';
import { textOf } from '../store/item';
import { INVERSE_INDEX, isResourceId, memberOfPartition, resourceKey } from '../store/keys';

/** Users whose groups are read in parallel. */
const WIDTH = 16;

/**
 * Returns the attribute `groups` of several users (RFC 7643 section 4.1.2): the groups that they
 * are direct members of, and the groups that contain these. The index it reads is eventually
 * consistent.
 */
export async function groupsOf(
  tenant: Tenant,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly JsonObject[]>> {
  const parents = new ParentGroups(tenant);
  const found = await inParallel(userIds, WIDTH, async (id) => ({
    id,
    groups: await allGroups(parents, id),
  }));
  const names = await namesOf(tenant, [
    ...new Set(found.flatMap(({ groups }) => [...groups.keys()])),
  ]);
  return new Map(
    found.map(({ id, groups }) => [
      id,
      [...groups].flatMap(([groupId, type]) => toElement(groupId, type)),
    ]),
  );

  function toElement(groupId: string, type: 'direct' | 'indirect'): readonly JsonObject[] {
    const display = names.get(groupId);
    // The group was deleted, but not all of its memberships yet.
    if (display === undefined) return [];
    return [{ value: groupId, $ref: locationOf(GROUP, tenant.baseUrl, groupId), display, type }];
  }
}

/**
 * Returns the groups of a member by id. Each is visited once, so that cycles of groups are safe.
 */
async function allGroups(
  parents: ParentGroups,
  id: string,
): Promise<ReadonlyMap<string, 'direct' | 'indirect'>> {
  const groups = new Map<string, 'direct' | 'indirect'>();
  for (const groupId of await parents.of(id)) groups.set(groupId, 'direct');
  for (const groupId of groups.keys()) {
    for (const parent of await parents.of(groupId)) {
      if (!groups.has(parent)) groups.set(parent, 'indirect');
    }
  }
  return groups;
}

/** Reads the groups that a user or group is a direct member of, and caches them. */
class ParentGroups {
  private readonly known = new Map<string, Promise<readonly string[]>>();

  constructor(private readonly tenant: Tenant) {}

  of(memberId: string): Promise<readonly string[]> {
    const known = this.known.get(memberId) ?? this.read(memberId);
    this.known.set(memberId, known);
    return known;
  }

  private async read(memberId: string): Promise<readonly string[]> {
    const { table, connection } = this.tenant;
    const ids: string[] = [];
    if (!isResourceId(memberId)) return ids;
    const partition = memberOfPartition(connection, memberId);
    for await (const item of table.queryAll(partition, { index: INVERSE_INDEX })) {
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
