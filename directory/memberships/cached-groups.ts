import { asText } from '../../scim/json';
import { resourceFromItem } from '../resources/resource-item';
import type { CachedGroup, Tenant } from '../resources/tenant';
import { inParallel } from '../store/batches';
import { connectionKey, groupListKey, resourceKey } from '../store/keys';
import { LruCache } from '../store/lru-cache';
import { newVersion } from '../store/version';
import { PRESENT, type Write } from '../store/write';
import { directGroupIds, groupListFromItem } from './group-list';

/** Groups of a connection that an execution environment keeps. */
const CACHED_GROUPS = 2000;

/** Connections whose groups an execution environment keeps. */
const CACHED_CONNECTIONS = 100;

/**
 * Milliseconds after which groups are read again. The version alone would do, if DynamoDB showed
 * all items of a transaction at the same moment.
 */
const LIFETIME_MS = 60_000;

interface CachedGroups {
  readonly groups: Map<string, CachedGroup>;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

const cache = new LruCache<CachedGroups>(CACHED_CONNECTIONS);

/**
 * Returns the cached groups of a connection by id, in a map that requests share and add to. An
 * entry is current: every write that changes a group's name or parents also changes
 * `groupsVersion`, which the request has just read.
 */
export function cachedGroupsOf({
  id,
  groupsVersion = '',
}: {
  readonly id: string;
  readonly groupsVersion?: string;
}): Map<string, CachedGroup> {
  const name = `${id} ${groupsVersion}`;
  const cached = cache.get(name);
  const isUsable =
    cached !== undefined &&
    cached.groups.size <= CACHED_GROUPS &&
    Date.now() - cached.since < LIFETIME_MS;
  if (isUsable) return cached.groups;
  const groups = new Map<string, CachedGroup>();
  cache.set(name, { groups, since: Date.now() });
  return groups;
}

/**
 * Creates the write that invalidates the cached groups in all execution environments. It belongs in
 * every transaction that changes a group's name or parents.
 */
export function invalidateCachedGroups(connection: string): Write {
  return {
    update: connectionKey(connection),
    set: { groupsVersion: newVersion() },
    condition: PRESENT,
  };
}

/** Groups whose parents are looked up through the index in parallel. */
const WIDTH = 16;

/** Returns groups and all groups that contain them, by id, from the cache if possible. */
export async function groupsWithAncestors(
  tenant: Tenant,
  groupIds: Iterable<string>,
): Promise<ReadonlyMap<string, CachedGroup>> {
  const groups = new Map<string, CachedGroup>();
  let next = new Set(groupIds);
  while (next.size > 0) {
    const unknown: string[] = [];
    for (const id of next) {
      const cached = tenant.cachedGroups?.get(id);
      if (cached === undefined) unknown.push(id);
      else groups.set(id, cached);
    }
    for (const [id, group] of await readGroups(tenant, unknown)) groups.set(id, group);
    const parents = [...next].flatMap((id) => groups.get(id)?.parents ?? []);
    next = new Set(parents.filter((id) => !groups.has(id)));
  }
  return groups;
}

async function readGroups(
  tenant: Tenant,
  groupIds: readonly string[],
): Promise<readonly (readonly [string, CachedGroup])[]> {
  if (groupIds.length === 0) return [];
  const { table, connection } = tenant;
  const isConverted = tenant.membershipsConverted === true;
  const keyOf = (id: string) => resourceKey(connection, 'Group', id);
  const listKeyOf = (id: string) => groupListKey(connection, 'Group', id);
  const items = await table.getMany(
    groupIds.flatMap((id) => [keyOf(id), ...(isConverted ? [listKeyOf(id)] : [])]),
  );
  const byKey = new Map(items.map((item) => [`${item.pk} ${item.sk}`, item]));
  return inParallel(groupIds, WIDTH, async (id) => {
    const [group, list] = [keyOf(id), listKeyOf(id)].map(({ pk, sk }) => byKey.get(`${pk} ${sk}`));
    const { groupIds: parents, hasMore } = groupListFromItem(list);
    const name = group && asText(resourceFromItem(group).attributes['displayName']);
    if (isConverted && !hasMore) {
      const read = { name, parents };
      tenant.cachedGroups?.set(id, read);
      return [id, read] as const;
    }
    // The index may be older than the version of the cache.
    return [id, { name, parents: await directGroupIds(tenant, 'Group', id) }] as const;
  });
}
