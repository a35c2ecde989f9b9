import type { JsonObject } from '../../scim/json';
import { locationOf } from '../../scim/resource/resource';
import { GROUP } from '../../scim/schema/resource-type';
import type { PageRange } from '../resources/collection';
import type { CachedGroup, Tenant } from '../resources/tenant';
import { inParallel } from '../store/batches';
import { groupListKey, groupListPartition, resourceKey } from '../store/keys';
import { idIn, isResourceId, sortKeyOf } from '../store/resource-ids';
import { ignoreUnhandled } from '../store/prefetched';
import type { QueryPage } from '../store/query';
import { groupsWithAncestors } from './cached-groups';
import { directGroupIds, indexedGroupIds, groupListFromItem, type GroupList } from './group-list';

/** The most users that are read together with their group lists: a call reads 100 keys. */
const PREFETCHED_USERS = 50;

/** Users whose groups are looked up through the index in parallel. */
const WIDTH = 16;

/**
 * The attribute `groups` of users (RFC 7643 section 4.1.2): the groups that they are direct members
 * of, and the groups that contain these. An instance serves one request.
 */
export class UserGroups {
  private started: { readonly range: PageRange; readonly page: Promise<QueryPage> } | undefined;

  constructor(private readonly tenant: Tenant) {}

  /** Starts to read the groups of a page of users while the users are read. */
  start(range: PageRange): void {
    const { table, connection, membershipsConverted } = this.tenant;
    if (membershipsConverted !== true) return;
    const { after, limit, backward } = range;
    const partition = groupListPartition(connection, 'User');
    const page = table.query(partition, {
      after: after === undefined ? undefined : groupListKey(connection, 'User', after),
      limit,
      backward,
    });
    ignoreUnhandled(page);
    this.started = { range, page };
  }

  /** Starts to read users and their group lists, in one call. */
  prefetchWithUsers(userIds: readonly string[]): void {
    const { table, connection, membershipsConverted } = this.tenant;
    if (membershipsConverted !== true || userIds.length > PREFETCHED_USERS) return;
    table.prefetch(
      userIds
        .filter(isResourceId)
        .flatMap((id) => [
          resourceKey(connection, 'User', id),
          groupListKey(connection, 'User', id),
        ]),
    );
  }

  /** Returns the groups of users by the users' ids. A user in no group may be missing. */
  async of(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly JsonObject[]>> {
    const direct = await this.directGroups(userIds);
    const known = await groupsWithAncestors(this.tenant, [...direct.values()].flat());
    return new Map(
      [...direct].map(([userId, ids]) => [userId, groupsFrom(this.tenant, ids, known)]),
    );
  }

  private async directGroups(
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const { tenant } = this;
    const [only] = userIds;
    if (only !== undefined && userIds.length === 1) {
      return new Map([[only, await directGroupIds(tenant, 'User', only)]]);
    }
    if (tenant.membershipsConverted !== true) {
      const found = await inParallel(
        userIds,
        WIDTH,
        async (id) => [id, await directGroupIds(tenant, 'User', id)] as const,
      );
      return new Map(found);
    }
    const listed = await this.listedGroups(userIds);
    const found = await inParallel([...listed], WIDTH, async ([id, { groupIds, hasMore }]) => {
      const further = hasMore ? await indexedGroupIds(tenant, id) : [];
      return [id, [...groupIds, ...further]] as const;
    });
    return new Map(found);
  }

  /** Reads the group lists of users, from the page that `start` has begun to read if possible. */
  private async listedGroups(userIds: readonly string[]): Promise<ReadonlyMap<string, GroupList>> {
    const { table, connection } = this.tenant;
    const range = await this.started?.page;
    const last = range?.next?.sk;
    const backward = this.started?.range.backward === true;
    const isInRange = (id: string): boolean =>
      range !== undefined &&
      (last === undefined || (backward ? sortKeyOf(id) >= last : sortKeyOf(id) <= last));
    const others = userIds.filter((id) => isResourceId(id) && !isInRange(id));
    const items = await table.getMany(others.map((id) => groupListKey(connection, 'User', id)));
    const wanted = new Set(userIds);
    return new Map(
      [...(range?.items ?? []), ...items]
        .filter((item) => wanted.has(idIn(item)))
        .map((item) => [idIn(item), groupListFromItem(item)]),
    );
  }
}

/**
 * Returns a user's groups with those that contain them. The loop also visits the groups that it
 * adds, each once, so that cycles end.
 */
function groupsFrom(
  { baseUrl }: Tenant,
  direct: readonly string[],
  known: ReadonlyMap<string, CachedGroup>,
): readonly JsonObject[] {
  const types = new Map<string, 'direct' | 'indirect'>(direct.map((id) => [id, 'direct']));
  for (const id of types.keys()) {
    for (const parent of known.get(id)?.parents ?? []) {
      if (!types.has(parent)) types.set(parent, 'indirect');
    }
  }
  return [...types].flatMap(([id, type]) => {
    const display = known.get(id)?.name;
    if (display === undefined) return [];
    return [{ value: id, $ref: locationOf(GROUP, baseUrl, id), display, type }];
  });
}
