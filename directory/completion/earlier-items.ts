import { GROUP, USER, type ResourceTypeName } from '../../scim/schema/resource-type';
import { resourceFromItem } from '../resources/resource-item';
import {
  INDEXED_USER_ATTRIBUTES,
  indexedGroupAttributes,
  indexedValues,
  leadsTo,
  type IndexedAttribute,
  type IndexedValue,
} from '../resources/unique-and-indexed-values';
import { indexOfEntry } from '../log/entry-item';
import { inParallel } from '../store/batches';
import { numberOf, textOf, type Item, type Key } from '../store/item';
import {
  BACKFILLS,
  changesPartition,
  CONNECTIONS,
  deletedUserPartition,
  INVERSE_INDEX,
  logPartition,
  readKey,
  resourcePartition,
} from '../store/keys';
import { HAND_OVER_MS } from '../store/retries';
import type { Table } from '../store/table';
import { ABSENT, PRESENT, type Check, type Write } from '../store/write';
import { revivalPartitions } from '../deleted-users';

/*
 * Converts items that releases up to 0.2.0 wrote: indexed values in another form
 * (`former-key-form.ts`), and log entries that the index does not list under their resource. Almost
 * no value has two forms, so this mostly reads.
 */

const STATE: Key = { pk: BACKFILLS, sk: '0.3.0' };

/** Functions of the earlier release have ended after this time, and write no more items. */
const DELAY_MS = 60_000;

/** Items per page, and converted in parallel. */
const PAGE = 200;
const WIDTH = 8;

/** Pages after which the position is saved, so that little is read again after a crash. */
const PAGES_PER_SAVE = 25;

/** The partitions of a connection, in the order in which they are converted. */
const PARTITIONS = [
  (connection: string) => resourcePartition(connection, 'User'),
  (connection: string) => resourcePartition(connection, 'Group'),
  deletedUserPartition,
  logPartition,
  changesPartition,
] as const;

/** Where the next page begins. */
interface Position {
  /** The connection's id; empty before the first one. */
  readonly connection: string;
  readonly partition: number;
  /** The sort key of the last item converted; empty at the start of the partition. */
  readonly after: string;
}

/**
 * Converts as much as time allows, and continues there the next time. Any number of workers may do
 * it at once.
 * @param now milliseconds since the epoch
 * @returns whether everything is converted
 */
export async function convertEarlierItems(table: Table, now: number): Promise<boolean> {
  const state = await table.get(STATE);
  if (state === undefined) {
    await table.write([{ put: { ...STATE, startedAt: now }, condition: ABSENT }]);
    return false;
  }
  if (state['done'] === true) return true;
  if (now - numberOf(state, 'startedAt') < DELAY_MS) return false;
  const start: Position = {
    connection: textOr(state, 'connection'),
    partition: numberOf(state, 'partition'),
    after: textOr(state, 'after'),
  };
  const isDone = await convertFrom(table, start);
  if (isDone) await table.write([{ update: STATE, set: { done: true } }]);
  return isDone;
}

function textOr(item: Item, name: string): string {
  return item[name] === undefined ? '' : textOf(item, name);
}

async function convertFrom(table: Table, start: Position): Promise<boolean> {
  for await (const connection of connectionsFrom(table, start.connection)) {
    const isFirst = connection === start.connection;
    for (let partition = isFirst ? start.partition : 0; ; partition += 1) {
      const partitionOf = PARTITIONS[partition];
      if (partitionOf === undefined) break;
      const after = isFirst && partition === start.partition ? start.after : '';
      const isDone = await convertPartition(table, partitionOf(connection), after, (sk) =>
        save(table, { connection, partition, after: sk }),
      );
      if (!isDone) return false;
    }
  }
  return true;
}

/** Yields the ids of all connections from one on, in order. */
async function* connectionsFrom(table: Table, first: string): AsyncGenerator<string, void> {
  const items = table.queryAll(CONNECTIONS, {
    index: INVERSE_INDEX,
    between: [first === '' ? '0' : first, '~'],
  });
  for await (const item of items) yield textOf(item, 'gsi1sk');
}

/** @returns false if there was not enough time */
async function convertPartition(
  table: Table,
  pk: string,
  start: string,
  saveAfter: (sk: string) => Promise<void>,
): Promise<boolean> {
  let after = start === '' ? undefined : { pk, sk: start };
  for (let page = 1; ; page += 1) {
    const isLate = table.retries.timeLeft < HAND_OVER_MS;
    // Also at the start of a partition: there may be thousands of small ones.
    if (isLate || page % PAGES_PER_SAVE === 0) await saveAfter(after?.sk ?? '');
    if (isLate) return false;
    const { items, next } = await table.query(pk, { after, limit: PAGE });
    await inParallel(items, WIDTH, (item) => convertItem(table, item));
    if (next === undefined) return true;
    after = { pk, sk: next.sk };
  }
}

async function save(table: Table, position: Position): Promise<void> {
  await table.write([{ update: STATE, set: { ...position } }]);
}

async function convertItem(table: Table, item: Item): Promise<void> {
  const { connection, meaning } = readKey(item);
  if (meaning.kind === 'log' || meaning.kind === 'change') await indexEntry(table, item);
  if (meaning.kind === 'deletedUser') await convertDeletedUser(table, connection, item);
  if (meaning.kind !== 'resource') return;
  for (const value of valuesOf(connection, meaning.type, item)) {
    if (value.formerKey !== undefined) await convertValue(table, item, value, value.formerKey);
  }
}

function valuesOf(connection: string, type: ResourceTypeName, item: Item): readonly IndexedValue[] {
  const { id, attributes } = resourceFromItem(item);
  const valuesIn = (indexed: readonly IndexedAttribute[]): readonly IndexedValue[] =>
    indexedValues(connection, type === 'User' ? USER : GROUP, indexed, id, attributes);
  // Whether group names are unique depended on the profile when the group was named.
  return type === 'User'
    ? valuesIn(INDEXED_USER_ATTRIBUTES)
    : [true, false].flatMap((isUnique) => valuesIn(indexedGroupAttributes(isUnique)));
}

/**
 * Moves one value to its current key, unless the resource has changed since it was read: a change
 * writes the current form itself. A unique value that another resource has in its current form
 * stays, and is found by its former form.
 */
async function convertValue(
  table: Table,
  resource: Item,
  { attribute, key }: IndexedValue,
  formerKey: Key,
): Promise<void> {
  const { sk: id } = resource;
  const former = await table.get(formerKey);
  if (former === undefined || !leadsTo(former, id)) return;
  const writes: readonly (Write | Check)[] = [
    {
      check: { pk: resource.pk, sk: id },
      condition: { is: 'version', version: textOf(resource, 'version') },
    },
    { delete: formerKey },
    attribute.unique ? { put: { ...key, id }, condition: ABSENT } : { put: { ...key } },
  ];
  await table.write(writes);
}

async function indexEntry(table: Table, entry: Item): Promise<void> {
  const { pk, sk, resourceId } = entry;
  if (typeof resourceId !== 'string' || entry['gsi1pk'] !== undefined) return;
  const index = indexOfEntry(readKey(entry).connection, sk, resourceId);
  await table.write([{ update: { pk, sk }, set: { ...index }, condition: PRESENT }]);
}

/** Moves the items that lead to a retained user to their current keys. */
async function convertDeletedUser(table: Table, connection: string, item: Item): Promise<void> {
  const { id, attributes, lastModified } = resourceFromItem(item);
  for (const { current, former } of revivalPartitions(connection, attributes)) {
    if (former === undefined) continue;
    await table.write([
      { check: { pk: item.pk, sk: id }, condition: PRESENT },
      { delete: { pk: former, sk: id } },
      { put: { pk: current, sk: id, deletedAt: lastModified } },
    ]);
  }
}
