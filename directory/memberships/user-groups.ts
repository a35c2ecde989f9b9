import type { JsonObject } from '../../scim/json';
import { locationOf } from '../../scim/resource/resource';
import { GROUP } from '../../scim/schema/resource-type';
import type { PageRange } from '../resources/collection';
import type { GroupFacts, Tenant } from '../resources/tenant';
import { inParallel } from '../store/batches';
import { isResourceId, memberOfKey, memberOfPartition, resourceKey } from '../store/keys';
import type { QueryPage } from '../store/query';
import { groupFacts } from './group-facts';
import { directGroupIds, indexedGroupIds, memberOfFromItem, type MemberOf } from './member-of';

/** The most users that are read together with their groups; they fit into one call. */
const LOOKUP = 50;

/** Users whose groups are read in parallel, where one read does not show them all. */
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
    const { table, connection, isConverted } = this.tenant;
    if (isConverted !== true) return;
    const { after, limit, backward } = range;
    const partition = memberOfPartition(connection, 'User');
    const page = table.query(partition, {
      after: after === undefined ? undefined : { pk: partition, sk: after },
      limit,
      backward,
    });
    // `of` reports a failure. If it is never called, the failure must not end the process.
    page.catch(() => undefined);
    this.started = { range, page };
  }

  /** Starts to read users and the items that list their groups, in one call. */
  prefetchWithUsers(userIds: readonly string[]): void {
    const { table, connection, isConverted } = this.tenant;
    if (isConverted !== true || userIds.length > LOOKUP) return;
    table.prefetch(
      userIds.flatMap((id) => [
        resourceKey(connection, 'User', id),
        memberOfKey(connection, 'User', id),
      ]),
    );
  }

  /** Returns the groups of users by the users' ids. */
  async of(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly JsonObject[]>> {
    const direct = await this.directGroups(userIds);
    const facts = await groupFacts(this.tenant, [...direct.values()].flat());
    return new Map(
      [...direct].map(([userId, ids]) => [userId, groupsFrom(this.tenant, ids, facts)]),
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
    if (tenant.isConverted !== true) {
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

  /** Reads the items that list the groups of users: those of the page that was started, or each. */
  private async listedGroups(userIds: readonly string[]): Promise<ReadonlyMap<string, MemberOf>> {
    const { table, connection } = this.tenant;
    const range = await this.started?.page;
    const last = range?.next?.sk;
    const backward = this.started?.range.backward === true;
    const isInRange = (id: string): boolean =>
      range !== undefined && (last === undefined || (backward ? id >= last : id <= last));
    const others = userIds.filter((id) => isResourceId(id) && !isInRange(id));
    const items = await table.getMany(others.map((id) => memberOfKey(connection, 'User', id)));
    const wanted = new Set(userIds);
    return new Map(
      [...(range?.items ?? []), ...items]
        .filter(({ sk }) => wanted.has(sk))
        .map((item) => [item.sk, memberOfFromItem(item)]),
    );
  }
}

/**
 * Returns a user's groups with those that contain them. Each is visited once, so that cycles of
 * groups are safe.
 */
function groupsFrom(
  { baseUrl }: Tenant,
  direct: readonly string[],
  facts: ReadonlyMap<string, GroupFacts>,
): readonly JsonObject[] {
  const types = new Map<string, 'direct' | 'indirect'>(direct.map((id) => [id, 'direct']));
  for (const id of types.keys()) {
    for (const parent of facts.get(id)?.parents ?? []) {
      if (!types.has(parent)) types.set(parent, 'indirect');
    }
  }
  return [...types].flatMap(([id, type]) => {
    const display = facts.get(id)?.name;
    if (display === undefined) return [];
    return [{ value: id, $ref: locationOf(GROUP, baseUrl, id), display, type }];
  });
}
