import { ScimError } from '../../scim/errors/scim-error';
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
import { readKey } from '../store/key-meaning';
import { connectionSort, readConnectionSort } from '../connections/connection-index';
import { connectionFromItem } from '../connections/connection-item';
import { schemasChange } from '../connections/connection-schemas';
import {
  BACKFILLS,
  changesPartition,
  connectionKey,
  CONNECTIONS,
  deletedUserPartition,
  INVERSE_INDEX,
  logPartition,
  resourcePartition,
} from '../store/keys';
import { HAND_OVER_MS } from '../store/retries';
import type { Table } from '../store/table';
import { newVersion } from '../store/version';
import { ABSENT, PRESENT, type Check, type Write } from '../store/write';
import { revivalPartitions } from '../deleted-users';

/*
 * Converts items that releases up to 0.2.0 wrote: indexed values in another form
 * (`former-key-form.ts`), log entries that the index does not list under their resource,
 * connections that it lists without their names, and schemas in the items of connections. Almost no
 * value has two forms, so this mostly reads.
 */

const STATE: Key = { pk: BACKFILLS, sk: '0.3.0' };

/**
 * After this time the whole deployment is updated, and the last invocations of the earlier release,
 * which still wrote items in their form, have ended.
 */
export const CONVERSION_DELAY_MS = 30 * 60_000;

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

/** Called for an item that cannot be converted. */
export type OnFailure = (item: Item, error: unknown) => void;

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
  const state = await table.get(STATE);
  if (state === undefined) {
    await table.write([{ put: { ...STATE, startedAt: now }, condition: ABSENT }]);
    return false;
  }
  if (state['done'] === true) return true;
  if (now - numberOf(state, 'startedAt') < CONVERSION_DELAY_MS) return false;
  const start: Position = {
    connection: textOr(state, 'connection'),
    partition: numberOf(state, 'partition'),
    after: textOr(state, 'after'),
  };
  const isDone = await convertFrom(table, start, onFailure);
  if (isDone) await table.write([{ update: STATE, set: { done: true } }]);
  return isDone;
}

function textOr(item: Item, name: string): string {
  return item[name] === undefined ? '' : textOf(item, name);
}

async function convertFrom(table: Table, start: Position, onFailure: OnFailure): Promise<boolean> {
  for await (const connection of connectionsFrom(table, start.connection)) {
    const isFirst = connection === start.connection;
    for (let partition = isFirst ? start.partition : 0; ; partition += 1) {
      const partitionOf = PARTITIONS[partition];
      if (partitionOf === undefined) break;
      const after = isFirst && partition === start.partition ? start.after : '';
      const saveAfter = (sk: string): Promise<void> =>
        save(table, { connection, partition, after: sk });
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
    const { id, name } = readConnectionSort(textOf(item, 'gsi1sk'));
    if (name === undefined) await indexConnection(table, id);
    await moveSchemas(table, id);
    yield id;
  }
}

/** Lists a connection in the index with its name, by which the console searches. */
async function indexConnection(table: Table, id: string): Promise<void> {
  const item = await table.get(connectionKey(id));
  if (item?.['gsi1pk'] === undefined) return;
  const condition = { is: 'version', version: textOf(item, 'version') } as const;
  const gsi1sk = connectionSort(id, textOf(item, 'displayName'));
  // If the connection changed in the meantime, that write has already added the name.
  await table.write([{ update: connectionKey(id), set: { gsi1sk }, condition }]);
}

/** Moves the schemas of a connection from its item to their own. */
async function moveSchemas(table: Table, id: string): Promise<void> {
  const item = await table.get(connectionKey(id));
  const connection = item === undefined ? undefined : connectionFromItem(item);
  if (item === undefined || connection === undefined) return;
  const { schemasInItem } = connection;
  if (schemasInItem.length === 0) return;
  const { schemasVersion = '', writes } = schemasChange(id, undefined, schemasInItem);
  await table.write([
    {
      update: connectionKey(id),
      set: { schemasVersion, version: newVersion() },
      remove: ['schemas'],
      // If the connection changed in the meantime, that write has already moved them.
      condition: { is: 'version', version: textOf(item, 'version') },
    },
    ...writes,
  ]);
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

async function save(table: Table, position: Position): Promise<void> {
  await table.write([{ update: STATE, set: { ...position } }]);
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
  const { id, attributes } = resourceFromItem(item);
  const valuesIn = (indexed: readonly IndexedAttribute[]): readonly IndexedValue[] =>
    indexedValues(connection, type === 'User' ? USER : GROUP, indexed, id, attributes);
  // Whether group names are unique depended on the profile when the group was named.
  return type === 'User'
    ? valuesIn(INDEXED_USER_ATTRIBUTES)
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
  const { sk: id } = resource;
  const former = await table.get(formerKey);
  if (former === undefined || !leadsTo(former, id)) return true;
  const writes: readonly (Write | Check)[] = [
    {
      check: { pk: resource.pk, sk: id },
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
