import { v7 as uuidv7 } from 'uuid';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { textOf, type Item, type ItemValue, type Key } from './item';
import { idPrefix } from './key-texts';
import { BATCHES, INTENTS, intentKey, INVERSE_INDEX } from './keys';
import type { Table } from './table';
import type { Write } from './write';

/*
 * Work that takes more than one transaction is recorded as an intent before it starts, so that any
 * worker can complete it. If a request dies, a later request that needs the result does the rest,
 * or else the `completion` function.
 */

/** Member edits that do not fit into one transaction, or the work after a deletion. */
export interface ResourceIntent {
  readonly id: string;
  readonly connection: string;
  readonly kind: 'members' | 'deletion';
  readonly type: ResourceTypeName;
  /** Id of the group whose members change, or of the deleted resource. */
  readonly resource: string;
  /** Whether a deletion also strips the resource's names and values from the log. */
  readonly erases?: boolean;
}

/** The removal of all data of a deleted connection. */
export interface Purge {
  readonly id: string;
  readonly connection: string;
  readonly kind: 'purge';
}

/** The repetition of a connection's present state as events. */
export interface Resync {
  readonly id: string;
  readonly connection: string;
  readonly kind: 'resync';
}

/** The work on a conversion of user names. */
export interface ConversionTask {
  readonly id: string;
  readonly connection: string;
  readonly kind: 'conversion';
  /** Id of the conversion. */
  readonly conversion: string;
}

/** The operations of a request that are performed after its answer. */
export interface RequestTask {
  readonly id: string;
  readonly connection: string;
  readonly kind: 'request';
  /** The transaction: id of the request. */
  readonly txn: string;
}

/** The record of work that takes more than one transaction. */
export type Intent = ResourceIntent | Purge | Resync | ConversionTask | RequestTask;

/** Creates an intent without storing it. */
export function newIntent(
  connection: string,
  kind: ResourceIntent['kind'],
  type: ResourceTypeName,
  resource: string,
): ResourceIntent {
  return { id: uuidv7(), connection, kind, type, resource };
}

/** Creates the intent to remove a connection's data, without storing it. */
export function newPurge(connection: string): Purge {
  return { id: uuidv7(), connection, kind: 'purge' };
}

/** Creates the intent to repeat a connection's state as events, without storing it. */
export function newResync(connection: string): Resync {
  return { id: uuidv7(), connection, kind: 'resync' };
}

/** Creates the intent to work on a conversion, without storing it. */
export function newConversionTask(connection: string, conversion: string): ConversionTask {
  return { id: uuidv7(), connection, kind: 'conversion', conversion };
}

/** Creates the intent to perform a request after its answer, without storing it. */
export function newRequestTask(connection: string, txn: string): RequestTask {
  return { id: uuidv7(), connection, kind: 'request', txn };
}

/**
 * Creates the write that records an intent. The index lists the intent until it is deleted.
 * @param details further attributes of the item
 */
export function intentWrite(
  intent: Intent,
  details: Readonly<Record<string, ItemValue>> = {},
): Write {
  const { id, connection, ...rest } = intent;
  return {
    put: {
      ...details,
      ...intentKey(connection, id),
      gsi1pk: INTENTS,
      gsi1sk: id,
      connection,
      ...rest,
    },
  };
}

/**
 * Hands an intent over to the `completion` function, which learns of it through the table's stream.
 */
export async function handOver(
  table: Table,
  { connection, id }: Pick<Intent, 'connection' | 'id'>,
): Promise<void> {
  const key = intentKey(connection, id);
  await table.write([
    { update: key, set: { handedOver: new Date().toISOString() }, condition: { is: 'present' } },
  ]);
}

/** Deletes an intent that is complete or was never committed, with its remaining batches. */
export async function deleteIntent(table: Table, { connection, id }: Intent): Promise<void> {
  const { pk } = intentKey(connection, id);
  const batches: Item[] = [];
  for await (const batch of table.queryAll(pk, { between: BATCHES })) batches.push(batch);
  await table.writeEach(batches.map((batch) => ({ delete: { pk, sk: batch.sk } })));
  await table.write([{ delete: intentKey(connection, id) }]);
}

/** Returns the intent with a key; undefined if it has been completed. */
export async function findIntent(table: Table, key: Key): Promise<Intent | undefined> {
  const item = await table.get(key);
  return item === undefined ? undefined : intentFromItem(item);
}

/** Returns whether an intent was recorded before a time. @param milliseconds since the epoch */
export function isOlder({ id }: Intent, milliseconds: number): boolean {
  return id < idPrefix(milliseconds);
}

/**
 * Yields pages of intents of all connections that were recorded before a time, oldest first.
 * @param milliseconds since the epoch
 */
export async function* intentsBefore(
  table: Table,
  milliseconds: number,
): AsyncGenerator<readonly Intent[], void, undefined> {
  const between = ['0', idPrefix(milliseconds)] as const;
  let after: Item | undefined;
  do {
    const { items, next } = await table.query(INTENTS, {
      index: INVERSE_INDEX,
      between,
      after,
      limit: 100,
    });
    const found = await table.getMany(items.map(({ pk, sk }) => ({ pk, sk })));
    yield found.map(intentFromItem).sort((a, b) => (a.id < b.id ? -1 : 1));
    after = next;
  } while (after !== undefined);
}

/** Reads the item of `intentWrite`. */
export function intentFromItem(item: Item): Intent {
  const [id, connection, kind] = [textOf(item, 'gsi1sk'), textOf(item, 'connection'), item['kind']];
  if (kind === 'purge' || kind === 'resync') return { id, connection, kind };
  if (kind === 'conversion') {
    return { id, connection, kind, conversion: textOf(item, 'conversion') };
  }
  if (kind === 'request') return { id, connection, kind, txn: textOf(item, 'txn') };
  return {
    id,
    connection,
    kind: kind === 'members' ? 'members' : 'deletion',
    type: textOf(item, 'type'),
    resource: textOf(item, 'resource'),
    ...(item['erases'] === true ? { erases: true } : {}),
  };
}
