import type { Attributes } from '../../scim/resource/parse';
import { GROUP, USER, type ResourceTypeName } from '../../scim/schema/resource-type';
import { batchesOf, inParallel } from '../store/batches';
import { removeMembers } from '../memberships/deletions';
import { deleteIntent, intentsBefore, type Purge } from '../store/intents';
import { textOf, type Item, type Key } from '../store/item';
import {
  auditPartition,
  changesPartition,
  connectionKey,
  countPartition,
  deletedUserPartition,
  endedTokenPartition,
  intentKey,
  logPartition,
  noticePartition,
  pageMarkPartition,
  resourcePartition,
  UNIQUE,
} from '../store/keys';
import { resourceFromItem } from '../resources/resource-item';
import { HAND_OVER_MS } from '../store/retries';
import { TRANSACTION_WRITES, type Table } from '../store/table';
import { revivalPartitions } from '../users';
import {
  INDEXED_USER_ATTRIBUTES,
  indexedGroupAttributes,
  valueWrites,
} from '../resources/indexed-values';
import type { Condition } from '../store/write';

/*
 * A deleted connection's data is removed from what leads to other items to those that nothing else leads to, so that whoever comes after a death
 * finds what is left. A request that began before the deletion may still write. What it changes is not lost sight of: a resource goes on condition
 * that it is the one whose values and members have gone. What it creates is found when all is looked through again, once it can no longer be
 * under way, and only then is the connection's id free.
 *
 * Two may be at it at the same time, and one of them may be late: another connection can have the id by then. So nothing is removed before it is
 * known that what was read is the deleted connection's, and what has a key that another connection could have, too, goes in a transaction that
 * makes sure of it.
 */

/** Resources that are removed at a time. */
const PAGE = 100;

/** Resources that are removed at the same time. */
const WIDTH = 8;

/**
 * Removes all that a deleted connection had, but for its own item.
 * @returns false when the time was not enough
 */
export async function purgeConnection(table: Table, purge: Purge): Promise<boolean> {
  const { connection } = purge;
  // What is under way ends first: without their records batches are not applied any more.
  if (!(await removeIntents(table, purge))) return false;
  for (const type of ['User', 'Group'] as const) {
    if (!(await removeResources(table, purge, type))) return false;
  }
  if (!(await removeDeletedUsers(table, purge))) return false;
  const shared = (['User', 'Group'] as const).flatMap((type) => [
    countPartition(connection, type),
    pageMarkPartition(connection, type),
  ]);
  for (const partition of shared) {
    if (!(await inPages(table, purge, partition, (items) => removeShared(table, purge, items))))
      return false;
  }
  for (const partition of [
    endedTokenPartition,
    noticePartition,
    logPartition,
    changesPartition,
    auditPartition,
  ].map((of) => of(connection))) {
    if (!(await inPages(table, purge, partition, (items) => removeItems(table, items))))
      return false;
  }
  // From now on the connection is not shown any more.
  await table.write([
    {
      update: connectionKey(connection),
      set: { emptied: true },
      remove: ['gsi1pk', 'gsi1sk'],
      condition: isPurged(purge),
    },
  ]);
  return true;
}

/** That the connection is still the deleted one. */
function isPurged({ id }: Purge): Condition {
  return { is: 'pendingIntent', intent: id };
}

/** Ends the removal: the connection's id is free. */
export async function freeConnectionId(table: Table, purge: Purge): Promise<void> {
  const { connection, id } = purge;
  await table.write([
    { delete: connectionKey(connection), condition: isPurged(purge) },
    { delete: intentKey(connection, id) },
  ]);
}

async function removeIntents(table: Table, purge: Purge): Promise<boolean> {
  for await (const intents of intentsBefore(table, Date.now() + 60_000)) {
    for (const intent of intents) {
      if (intent.connection !== purge.connection || intent.id === purge.id) continue;
      const { connection } = intent;
      const isDeletedGroup = intent.kind === 'deletion' && intent.type === 'Group';
      if (isDeletedGroup && !(await removeMembers({ table, connection }, intent.resource)))
        return false;
      await deleteIntent(table, intent);
    }
  }
  return true;
}

async function removeResources(
  table: Table,
  purge: Purge,
  type: ResourceTypeName,
): Promise<boolean> {
  const { connection } = purge;
  return inPages(table, purge, resourcePartition(connection, type), async (items) => {
    if (type === 'Group') {
      for (const { sk } of items)
        if (!(await removeMembers({ table, connection }, sk))) return false;
    }
    const values = items.flatMap((item) => valueKeys(connection, type, item));
    const isUnique = ({ sk }: Key): boolean => sk === UNIQUE;
    await removeShared(table, purge, values.filter(isUnique));
    await removeItems(
      table,
      values.filter((key) => !isUnique(key)),
    );
    const removed = await inParallel(items, WIDTH, async (item) => {
      const condition = { is: 'version', version: textOf(item, 'version') } as const;
      const failed = await table.write([{ delete: { pk: item.pk, sk: item.sk }, condition }]);
      return failed.length === 0;
    });
    const count = removed.filter(Boolean).length;
    await table.write([
      { update: connectionKey(connection), add: { removed: count }, condition: isPurged(purge) },
    ]);
    return true;
  });
}

/** Keys of the items that lead from a resource's values to it. */
function valueKeys(connection: string, type: ResourceTypeName, item: Item): readonly Key[] {
  const { id, attributes } = resourceFromItem(item);
  const keysOf = (writes: ReturnType<typeof valueWrites>): readonly Key[] =>
    writes.flatMap(({ write }) => ('put' in write ? [write.put] : []));
  if (type === 'User') {
    return keysOf(
      valueWrites(connection, USER, INDEXED_USER_ATTRIBUTES, id, undefined, attributes),
    );
  }
  // Names are unique or not, as the profile said when the group was named.
  return [true, false].flatMap((isUnique) =>
    keysOf(
      valueWrites(connection, GROUP, indexedGroupAttributes(isUnique), id, undefined, attributes),
    ),
  );
}

async function removeDeletedUsers(table: Table, purge: Purge): Promise<boolean> {
  const { connection } = purge;
  return inPages(table, purge, deletedUserPartition(connection), async (items) => {
    const leads = (attributes: Attributes, sk: string): readonly Key[] =>
      revivalPartitions(connection, attributes).map((pk) => ({ pk, sk }));
    await removeItems(
      table,
      items.flatMap((item) => leads(resourceFromItem(item).attributes, item.sk)),
    );
    return removeItems(table, items);
  });
}

/** Removes items whose keys hold an id that is given out once. */
async function removeItems(table: Table, keys: readonly Key[]): Promise<true> {
  await table.writeEach(distinct(keys).map((key) => ({ delete: key })));
  return true;
}

/** Removes items whose keys another connection under this id would use, too; not if there is one. */
async function removeShared(table: Table, purge: Purge, keys: readonly Key[]): Promise<true> {
  const check = { check: connectionKey(purge.connection), condition: isPurged(purge) };
  for (const batch of batchesOf(distinct(keys), TRANSACTION_WRITES - 1)) {
    await table.write([check, ...batch.map((key) => ({ delete: key }))]);
  }
  return true;
}

/** A batch, or a transaction, may name each key once. */
function distinct(keys: readonly Key[]): readonly Key[] {
  return [...new Map(keys.map(({ pk, sk }) => [`${pk} ${sk}`, { pk, sk }])).values()];
}

/**
 * Does something with all items of a partition, which removes them.
 * @returns false when the time was not enough, or somebody else has ended the removal
 */
async function inPages(
  table: Table,
  purge: Purge,
  partition: string,
  remove: (items: readonly Item[]) => Promise<boolean>,
): Promise<boolean> {
  for (;;) {
    if (table.retries.timeLeft < HAND_OVER_MS) return false;
    const { items } = await table.query(partition, { limit: PAGE });
    if (items.length === 0) return true;
    // Asked after the page was read: what was read then is the deleted connection's.
    const connection = await table.get(connectionKey(purge.connection));
    if (connection?.['pending'] !== purge.id) return false;
    if (!(await remove(items))) return false;
  }
}
