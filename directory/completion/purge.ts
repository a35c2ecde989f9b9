import { resourceTypeOf } from '../../scim/schema/custom-type';
import { GROUP, USER, type ResourceType } from '../../scim/schema/resource-type';
import { purgeMemberships } from '../memberships/deletions';
import {
  indexedGroupAttributes,
  indexedValues,
  type IndexedValue,
} from '../resources/unique-and-indexed-values';
import { resourceFromItem } from '../resources/resource-item';
import { inParallel } from '../store/batches';
import { deleteIntent, intentsBefore, type Purge } from '../store/intents';
import { textOf, type Item, type Key } from '../store/item';
import {
  answerPartition,
  auditPartition,
  candidatePartition,
  changesPartition,
  conflictPartition,
  connectionKey,
  conversionPartition,
  countPartition,
  deletedUserPartition,
  endedTokenPartition,
  eventPartition,
  intentKey,
  logPartition,
  groupListPartition,
  noticePartition,
  pageMarkPartition,
  portalLinkPartition,
  portalSessionPartition,
  rateKey,
  requestPartition,
  resourcePartition,
  schemasPartition,
  setupPartition,
  UNIQUE,
  usagePartition,
} from '../store/keys';
import { customTypesFrom, readDeploymentTypes } from '../schemas/deployment-types';
import { idIn } from '../store/resource-ids';
import type { Table } from '../store/table';
import { Streams } from '../streams/streams';
import { candidateFromItem, candidateValueKeys } from '../candidates';
import { revivalKeys } from '../deleted-users';
import { isPurged, removeItems, removePages, removeSharedItems } from './purge-items';

/*
 * The data of a deleted connection is removed in an order that never loses track of what is left:
 * first the items that other items lead to, then the items that lead to them. A worker that
 * continues after a crash finds everything.
 *
 * A request that started before the deletion may still write. A resource that it changes is deleted
 * only in the version whose values and members were removed. Items that it creates are found by a
 * second pass, after all such requests have ended; only then is the connection's id free.
 */

/** Resources removed in parallel. */
const WIDTH = 8;

/** The types whose resources may be members. */
const MEMBER_TYPES = ['User', 'Group'] as const;

/** Removes the streams of the connection: another one with the same id has none of them. */
async function removeStreams(table: Table, { id, connection }: Purge): Promise<void> {
  const streams = new Streams(table);
  const own = (await streams.list()).filter((stream) => stream.connection === connection);
  // Read after the streams: what was read before belongs to the deleted connection.
  const item = await table.get(connectionKey(connection));
  if (item?.['pending'] !== id) return;
  for (const stream of own) await streams.remove(stream.id);
}

/** Partitions whose items have keys with ids that are never reused. */
const OWN_PARTITIONS = [
  ...MEMBER_TYPES.map((type) => (connection: string) => groupListPartition(connection, type)),
  endedTokenPartition,
  noticePartition,
  logPartition,
  changesPartition,
  auditPartition,
  eventPartition,
  answerPartition,
  conflictPartition,
  portalLinkPartition,
  portalSessionPartition,
  setupPartition,
  conversionPartition,
  requestPartition,
];

/**
 * Removes all data of a deleted connection, except for the connection's own item.
 * @returns false if there was not enough time
 */
export async function purgeConnection(table: Table, purge: Purge): Promise<boolean> {
  const { connection } = purge;
  // Intents first: without their records no batches are applied any more.
  if (!(await removeIntents(table, purge))) return false;
  const custom = await customTypesIn(table, connection);
  const types: readonly Definitions[] = [[USER], [GROUP], ...custom];
  for (const definitions of types) {
    if (!(await removeResources(table, purge, definitions))) return false;
  }
  if (!(await removeDeletedUsers(table, purge))) return false;
  if (!(await removeCandidates(table, purge))) return false;
  const shared = [
    ...types.flatMap(([{ name }]) => [
      countPartition(connection, name),
      pageMarkPartition(connection, name),
    ]),
    rateKey(connection).pk,
    usagePartition(connection),
  ];
  for (const partition of shared) {
    const remove = (items: readonly Item[]) => removeSharedItems(table, purge, items);
    if (!(await removePages(table, purge, partition, remove))) return false;
  }
  for (const partitionOf of OWN_PARTITIONS) {
    const remove = (items: readonly Item[]) => removeItems(table, items);
    if (!(await removePages(table, purge, partitionOf(connection), remove))) return false;
  }
  await removeStreams(table, purge);
  // From now on the connection is no longer listed.
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

/**
 * Completes the purge: the connection's id can be used again. The schemas go last, because they
 * tell which custom types there were.
 */
export async function freeConnectionId(table: Table, purge: Purge): Promise<void> {
  const { connection, id } = purge;
  const { items } = await table.query(schemasPartition(connection));
  await removeSharedItems(table, purge, items);
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
      if (isDeletedGroup && !(await purgeMemberships({ table, connection }, intent.resource))) {
        return false;
      }
      await deleteIntent(table, intent);
    }
  }
  return true;
}

/** The definitions that a type has had: each gives its resources values of their own. */
type Definitions = readonly [ResourceType, ...ResourceType[]];

/** Returns the custom types that a deleted connection may have resources of. */
async function customTypesIn(table: Table, connection: string): Promise<readonly Definitions[]> {
  const { items } = await table.query(schemasPartition(connection));
  const types = [...items.flatMap(customTypesFrom), ...(await readDeploymentTypes(table))];
  const byName = new Map<string, Definitions>();
  for (const type of types.map(resourceTypeOf)) {
    byName.set(type.name, [type, ...(byName.get(type.name) ?? [])]);
  }
  return [...byName.values()];
}

async function removeResources(
  table: Table,
  purge: Purge,
  definitions: Definitions,
): Promise<boolean> {
  const { connection } = purge;
  const [type] = definitions;
  return removePages(table, purge, resourcePartition(connection, type.name), async (items) => {
    if (type === GROUP) {
      for (const item of items) {
        if (!(await purgeMemberships({ table, connection }, idIn(item)))) return false;
      }
    }
    const values = items.flatMap((item) =>
      definitions.flatMap((definition) => valueKeys(connection, definition, item)),
    );
    const isUnique = ({ sk }: Key): boolean => sk === UNIQUE;
    await removeSharedItems(table, purge, values.filter(isUnique));
    await removeItems(
      table,
      values.filter((key) => !isUnique(key)),
    );
    const removed = await inParallel(items, WIDTH, (item) => removeResource(table, item));
    await table.write([
      {
        update: connectionKey(connection),
        add: { removed: removed.filter(Boolean).length },
        condition: isPurged(purge),
      },
    ]);
    return true;
  });
}

/** @returns false if the resource has changed since its values were removed */
async function removeResource(table: Table, item: Item): Promise<boolean> {
  const condition = { is: 'version', version: textOf(item, 'version') } as const;
  const failed = await table.write([{ delete: { pk: item.pk, sk: item.sk }, condition }]);
  return failed.length === 0;
}

/** Returns the keys of the items that lead from a resource's values to the resource. */
function valueKeys(connection: string, type: ResourceType, item: Item): readonly Key[] {
  const resource = resourceFromItem(item);
  const { id } = resource;
  const keysOf = (values: readonly IndexedValue[]): readonly Key[] =>
    values.flatMap(({ key, formerKey }) => [key, formerKey ?? []].flat());
  if (type !== GROUP) return keysOf(indexedValues(connection, type, type.indexed, id, resource));
  // Whether group names are unique depended on the profile when the group was named.
  return [true, false].flatMap((isUnique) => {
    const indexed = indexedGroupAttributes(isUnique);
    return keysOf(indexedValues(connection, GROUP, indexed, id, resource));
  });
}

async function removeDeletedUsers(table: Table, purge: Purge): Promise<boolean> {
  const { connection } = purge;
  return removePages(table, purge, deletedUserPartition(connection), async (items) => {
    const leads = items.flatMap((item) =>
      revivalKeys(connection, idIn(item), resourceFromItem(item).attributes),
    );
    await removeItems(table, leads);
    return removeItems(table, items);
  });
}

async function removeCandidates(table: Table, purge: Purge): Promise<boolean> {
  const { connection } = purge;
  // The application chooses the ids of candidates: another connection could have the same.
  return removePages(table, purge, candidatePartition(connection), async (items) => {
    const leads = items.flatMap((item) => candidateValueKeys(connection, candidateFromItem(item)));
    await removeSharedItems(table, purge, leads);
    return removeSharedItems(table, purge, items);
  });
}
