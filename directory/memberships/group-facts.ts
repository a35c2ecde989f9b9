import { asText } from '../../scim/json';
import { resourceFromItem } from '../resources/resource-item';
import type { GroupFacts, Tenant } from '../resources/tenant';
import { inParallel } from '../store/batches';
import { connectionKey, memberOfKey, resourceKey } from '../store/keys';
import { RecentValues } from '../store/recent-values';
import { newVersion } from '../store/version';
import { PRESENT, type Write } from '../store/write';
import { directGroupIds, memberOfFromItem } from './member-of';

/** Groups that an environment knows of a connection. */
const KEPT_GROUPS = 2000;

/** Connections whose groups an environment knows. */
const KEPT_CONNECTIONS = 100;

const known = new RecentValues<Map<string, GroupFacts>>(KEPT_CONNECTIONS);

/**
 * Returns what the environment knows of a connection's groups. It is as good as a consistent read:
 * whatever changes a name or the parents of a group changes the connection's `groupsVersion` in the
 * same transaction, and the request has just read that.
 */
export function knownGroupFacts({
  id,
  groupsVersion = '',
}: {
  readonly id: string;
  readonly groupsVersion?: string;
}): Map<string, GroupFacts> {
  const name = `${id} ${groupsVersion}`;
  const found = known.get(name) ?? new Map<string, GroupFacts>();
  if (found.size > KEPT_GROUPS) found.clear();
  known.set(name, found);
  return found;
}

/** Creates the write, for a transaction that changes facts, that makes environments forget them. */
export function forgetGroupFacts(connection: string): Write {
  return {
    update: connectionKey(connection),
    set: { groupsVersion: newVersion() },
    condition: PRESENT,
  };
}

/** Groups whose parents are read in parallel, where one read does not show them all. */
const WIDTH = 16;

/** Returns the facts about groups and about all groups that contain them, by id. */
export async function groupFacts(
  tenant: Tenant,
  groupIds: Iterable<string>,
): Promise<ReadonlyMap<string, GroupFacts>> {
  const facts = new Map<string, GroupFacts>();
  let next = new Set(groupIds);
  while (next.size > 0) {
    const unknown: string[] = [];
    for (const id of next) {
      const kept = tenant.groupFacts?.get(id);
      if (kept === undefined) unknown.push(id);
      else facts.set(id, kept);
    }
    for (const [id, read] of await readFacts(tenant, unknown)) {
      facts.set(id, read);
      tenant.groupFacts?.set(id, read);
    }
    const parents = [...next].flatMap((id) => facts.get(id)?.parents ?? []);
    next = new Set(parents.filter((id) => !facts.has(id)));
  }
  return facts;
}

async function readFacts(
  tenant: Tenant,
  groupIds: readonly string[],
): Promise<readonly (readonly [string, GroupFacts])[]> {
  if (groupIds.length === 0) return [];
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
