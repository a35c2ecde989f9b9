import { ScimError } from '../../scim/errors/scim-error';
import {
  GROUP,
  type IndexedAttribute,
  type ResourceTypeName,
  USER,
} from '../../scim/schema/resource-type';
import { resourceFromItem } from '../resources/resource-item';
import {
  indexedGroupAttributes,
  indexedValues,
  leadsTo,
  type IndexedValue,
} from '../resources/unique-and-indexed-values';
import { indexOfEntry } from '../log/entry-item';
import { inParallel } from '../store/batches';
import { numberOf, textOf, type Item, type Key } from '../store/item';
import { readKey } from '../store/key-meaning';
import { connectionSort, readConnectionSort } from '../connections/connection-index';
import { schemasFrom } from '../connections/connection-item';
import { schemasChange } from '../connections/connection-schemas';
import {
  changesPartition,
  connectionKey,
  CONNECTIONS,
  deletedUserPartition,
  INVERSE_INDEX,
  logPartition,
  resourcePartition,
} from '../store/keys';
import { idIn } from '../store/resource-ids';
import { HAND_OVER_MS } from '../store/retries';
import type { Table } from '../store/table';
import { newVersion } from '../store/version';
import { ABSENT, PRESENT, type Check, type Write } from '../store/write';
import { revivalPartitions } from '../deleted-users';
import { Backfill, textIn, type OnFailure } from './backfill';

/*
 * Converts items that releases up to 0.2.0 wrote: indexed values in another form
 * (`former-key-form.ts`), log entries that the index does not list under their resource,
 * connections that it lists without their names, and schemas in the items of connections. Almost no
 * value has two forms, so this mostly reads.
 */

/** Items per page, and converted in parallel. */
const PAGE = 200;
const WIDTH = 8;

/** How often an item that changes meanwhile is read again. */
const ATTEMPTS = 5;

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
 * @param onFailure called for an item that cannot be converted; the others are continued
 * @returns whether everything is converted
 */
export async function convertEarlierItems(
  table: Table,
  now: number,
  onFailure: OnFailure,
): Promise<boolean> {
  const backfill = new Backfill(table, '0.3.0');
  return backfill.run(now, (progress) => {
    const start: Position = {
      connection: textIn(progress, 'connection'),
      partition: numberOf(progress, 'partition'),
      after: textIn(progress, 'after'),
    };
    const save = (position: Position): Promise<void> => backfill.save({ ...position });
    return convertFrom(table, start, save, onFailure);
  });
}

/** @returns false if there was not enough time */
async function convertFrom(
  table: Table,
  start: Position,
  save: (position: Position) => Promise<void>,
  onFailure: OnFailure,
): Promise<boolean> {
  for await (const connection of connectionsFrom(table, start.connection)) {
    await convertConnection(table, connection, onFailure);
    const isFirst = connection === start.connection;
    for (let partition = isFirst ? start.partition : 0; ; partition += 1) {
      const partitionOf = PARTITIONS[partition];
      if (partitionOf === undefined) break;
      const after = isFirst && partition === start.partition ? start.after : '';
      const saveAfter = (sk: string): Promise<void> => save({ connection, partition, after: sk });
      const pk = partitionOf(connection);
      const isDone = await convertPartition(table, { pk, sk: after }, saveAfter, onFailure);
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
  for await (const item of items) {
    yield readConnectionSort(textOf(item, 'gsi1sk')).id;
  }
}

/**
 * Lists a connection in the index with its name, by which the console searches, and moves its
 * schemas to an item of their own. If it changes in the meantime, that write has done both.
 */
async function convertConnection(table: Table, id: string, onFailure: OnFailure): Promise<void> {
  const item = await table.get(connectionKey(id));
  if (item?.['gsi1pk'] === undefined) return;
  try {
    const schemas = schemasFrom(item);
    const { schemasVersion, writes } = schemasChange(id, undefined, { schemas, customTypes: [] });
    const gsi1sk = connectionSort(id, textOf(item, 'displayName'));
    if (schemas.length === 0 && item['gsi1sk'] === gsi1sk) return;
    await table.write([
      {
        update: connectionKey(id),
        set: {
          gsi1sk,
          // A change that has read the schemas in the item must not move them once more.
          ...(schemasVersion === undefined ? {} : { schemasVersion, version: newVersion() }),
        },
        remove: schemasVersion === undefined ? [] : ['schemas'],
        condition: { is: 'version', version: textOf(item, 'version') },
      },
      ...writes,
    ]);
  } catch (error) {
    if (error instanceof ScimError) throw error;
    onFailure(item, error);
  }
}

/** @returns false if there was not enough time */
async function convertPartition(
  table: Table,
  start: Key,
  saveAfter: (sk: string) => Promise<void>,
  onFailure: OnFailure,
): Promise<boolean> {
  const { pk } = start;
  let after = start.sk === '' ? undefined : start;
  for (let page = 1; ; page += 1) {
    const isLate = table.retries.timeLeft < HAND_OVER_MS;
    // Also at the start of a partition: there may be thousands of small ones.
    if (isLate || page % PAGES_PER_SAVE === 0) await saveAfter(after?.sk ?? '');
    if (isLate) return false;
    const { items, next } = await table.query(pk, { after, limit: PAGE });
    await inParallel(items, WIDTH, async (item) => {
      try {
        await convertItem(table, item);
      } catch (error) {
        // Contention ends the run, which is repeated. An unreadable item must not stop the others.
        if (error instanceof ScimError) throw error;
        onFailure(item, error);
      }
    });
    if (next === undefined) return true;
    after = { pk, sk: next.sk };
  }
}

async function convertItem(table: Table, item: Item): Promise<void> {
  const { connection, meaning } = readKey(item);
  if (meaning.kind === 'log' || meaning.kind === 'change') await indexEntry(table, item);
  if (meaning.kind === 'deletedUser') await convertDeletedUser(table, connection, item);
  if (meaning.kind !== 'resource') return;
  let current: Item | undefined = item;
  for (let attempt = 1; attempt <= ATTEMPTS && current !== undefined; attempt += 1) {
    if (await convertValues(table, valuesOf(connection, meaning.type, current), current)) return;
    current = await table.get({ pk: item.pk, sk: item.sk });
  }
}

/** @returns false if the resource has changed since it was read */
async function convertValues(
  table: Table,
  values: readonly IndexedValue[],
  resource: Item,
): Promise<boolean> {
  for (const value of values) {
    if (value.formerKey === undefined) continue;
    if (!(await convertValue(table, resource, value, value.formerKey))) return false;
  }
  return true;
}

function valuesOf(connection: string, type: ResourceTypeName, item: Item): readonly IndexedValue[] {
  const resource = resourceFromItem(item);
  const valuesIn = (indexed: readonly IndexedAttribute[]): readonly IndexedValue[] =>
    indexedValues(connection, type === 'User' ? USER : GROUP, indexed, resource.id, resource);
  // Whether group names are unique depended on the profile when the group was named.
  return type === 'User'
    ? valuesIn(USER.indexed)
    : [true, false].flatMap((isUnique) => valuesIn(indexedGroupAttributes(isUnique)));
}

/**
 * Moves one value to its current key. A unique value that another resource has in its current form
 * stays, and is found by its former form.
 * @returns false if the resource has changed since it was read
 */
async function convertValue(
  table: Table,
  resource: Item,
  { attribute, key }: IndexedValue,
  formerKey: Key,
): Promise<boolean> {
  const { pk, sk } = resource;
  const id = idIn(resource);
  const former = await table.get(formerKey);
  if (former === undefined || !leadsTo(former, id)) return true;
  const writes: readonly (Write | Check)[] = [
    {
      check: { pk, sk },
      condition: { is: 'version', version: textOf(resource, 'version') },
    },
    { delete: formerKey },
    attribute.unique ? { put: { ...key, id }, condition: ABSENT } : { put: { ...key } },
  ];
  const failed = await table.write(writes);
  return failed.every(({ index }) => index !== 0);
}

async function indexEntry(table: Table, entry: Item): Promise<void> {
  const { pk, sk, resourceId } = entry;
  if (typeof resourceId !== 'string' || entry['gsi1pk'] !== undefined) return;
  const index = indexOfEntry(readKey(entry).connection, sk, resourceId);
  await table.write([{ update: { pk, sk }, set: { ...index }, condition: PRESENT }]);
}

/** Moves the items that lead to a retained user to their current keys. */
async function convertDeletedUser(table: Table, connection: string, item: Item): Promise<void> {
  const { pk, sk } = item;
  const { attributes, lastModified } = resourceFromItem(item);
  for (const { current, former } of revivalPartitions(connection, attributes)) {
    if (former === undefined) continue;
    await table.write([
      { check: { pk, sk }, condition: PRESENT },
      { delete: { pk: former, sk } },
      { put: { pk: current, sk, deletedAt: lastModified } },
    ]);
  }
}
