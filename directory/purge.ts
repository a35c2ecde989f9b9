import type { Attributes } from '../scim/resource/parse';
import { GROUP, USER, type ResourceTypeName } from '../scim/schema/resource-type';
import { removeMembers } from './deletions';
import { forget, intentsBefore, type Purge } from './intents';
import type { Item, Key } from './item';
import {
  auditPartition,
  connectionKey,
  countPartition,
  deletedUserPartition,
  endedTokenPartition,
  intentKey,
  noticePartition,
  pageMarkPartition,
  resourcePartition,
} from './keys';
import { fromItem } from './resource-item';
import { HAND_OVER_MS } from './retries';
import type { Table } from './table';
import { revivalPartitions } from './users';
import { INDEXED_USER_ATTRIBUTES, indexedGroupAttributes, valueWrites } from './values';
import { PRESENT } from './write';

/*
 * A deleted connection's data is removed from what leads to other items to those that nothing else leads to, so that whoever comes after a death
 * finds what is left. A request that began before the deletion may still write: once it can no longer be under way all is looked through again,
 * and only then is the connection's id free.
 */

/** Resources that are removed at a time. */
const PAGE = 100;

/**
 * Removes all that a deleted connection had, but for its own item.
 * @returns false when the time was not enough
 */
export async function emptyConnection(table: Table, purge: Purge): Promise<boolean> {
  const { connection } = purge;
  // What is under way ends first: without their records batches are not applied any more.
  if (!(await removeIntents(table, purge))) return false;
  for (const type of ['User', 'Group'] as const) {
    if (!(await removeResources(table, connection, type))) return false;
  }
  if (!(await removeDeletedUsers(table, connection))) return false;
  const partitions = [
    countPartition(connection, 'User'),
    countPartition(connection, 'Group'),
    pageMarkPartition(connection, 'User'),
    pageMarkPartition(connection, 'Group'),
    endedTokenPartition(connection),
    noticePartition(connection),
    auditPartition(connection),
  ];
  for (const partition of partitions) {
    const removed = await inPages(table, partition, (items) => removeItems(table, items));
    if (!removed) return false;
  }
  // From now on the connection is not shown any more.
  await table.write([
    { update: connectionKey(connection), set: { emptied: true }, remove: ['gsi1pk', 'gsi1sk'], condition: PRESENT },
  ]);
  return true;
}

/** Ends the removal: the connection's id is free. */
export async function freeConnectionId(table: Table, { connection, id }: Purge): Promise<void> {
  await table.write([{ delete: connectionKey(connection) }, { delete: intentKey(connection, id) }]);
}

async function removeIntents(table: Table, purge: Purge): Promise<boolean> {
  for await (const intents of intentsBefore(table, Date.now() + 60_000)) {
    for (const intent of intents) {
      if (intent.connection !== purge.connection || intent.id === purge.id) continue;
      const { connection } = intent;
      const isDeletedGroup = intent.kind === 'deletion' && intent.type === 'Group';
      if (isDeletedGroup && !(await removeMembers({ table, connection }, intent.resource))) return false;
      await forget(table, intent);
    }
  }
  return true;
}

async function removeResources(table: Table, connection: string, type: ResourceTypeName): Promise<boolean> {
  return inPages(table, resourcePartition(connection, type), async (items) => {
    if (type === 'Group') {
      for (const { sk } of items) if (!(await removeMembers({ table, connection }, sk))) return false;
    }
    await removeItems(
      table,
      items.flatMap((item) => valueKeys(connection, type, item)),
    );
    await removeItems(table, items);
    await table.write([
      { update: connectionKey(connection), add: { removed: items.length }, condition: { is: 'present' } },
    ]);
    return true;
  });
}

/** Keys of the items that lead from a resource's values to it. */
function valueKeys(connection: string, type: ResourceTypeName, item: Item): readonly Key[] {
  const { id, attributes } = fromItem(item);
  const keysOf = (writes: ReturnType<typeof valueWrites>): readonly Key[] =>
    writes.flatMap(({ write }) => ('put' in write ? [write.put] : []));
  if (type === 'User') {
    return keysOf(valueWrites(connection, USER, INDEXED_USER_ATTRIBUTES, id, undefined, attributes));
  }
  // Names are unique or not, as the profile said when the group was named.
  return [true, false].flatMap((isUnique) =>
    keysOf(valueWrites(connection, GROUP, indexedGroupAttributes(isUnique), id, undefined, attributes)),
  );
}

async function removeDeletedUsers(table: Table, connection: string): Promise<boolean> {
  return inPages(table, deletedUserPartition(connection), async (items) => {
    const leads = (attributes: Attributes, sk: string): readonly Key[] =>
      revivalPartitions(connection, attributes).map((pk) => ({ pk, sk }));
    await removeItems(
      table,
      items.flatMap((item) => leads(fromItem(item).attributes, item.sk)),
    );
    await removeItems(table, items);
    return true;
  });
}

async function removeItems(table: Table, keys: readonly Key[]): Promise<true> {
  // A batch may name each key once.
  const unique = new Map(keys.map(({ pk, sk }) => [`${pk} ${sk}`, { pk, sk }]));
  await table.writeEach([...unique.values()].map((key) => ({ delete: key })));
  return true;
}

/** Does something with all items of a partition, which removes them. @returns false when the time was not enough */
async function inPages(
  table: Table,
  partition: string,
  remove: (items: readonly Item[]) => Promise<boolean>,
): Promise<boolean> {
  for (;;) {
    if (table.retries.timeLeft < HAND_OVER_MS) return false;
    const { items, next } = await table.query(partition, { limit: PAGE });
    if (items.length > 0 && !(await remove(items))) return false;
    if (next === undefined) return true;
  }
}
