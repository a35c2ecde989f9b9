import { v7 as uuidv7 } from 'uuid';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { textOf, type Item, type ItemValue, type Key } from './item';
import { BATCHES, idPrefix, INTENTS, intentKey, INVERSE_INDEX } from './keys';
import type { Table } from './table';
import type { Write } from './write';

/*
 * What takes more than one transaction is recorded before it takes effect, so that nobody need remember it: a request that dies leaves its
 * intent behind, and whoever needs the result, or else the completion function, does what is left.
 */

/** A large change of a group's members, or what follows the deletion of a user or a group. */
export interface ResourceIntent {
  readonly id: string;
  readonly connection: string;
  readonly kind: 'members' | 'deletion';
  readonly type: ResourceTypeName;
  /** Id of the group whose members change, or of what was deleted. */
  readonly resource: string;
}

/** The removal of all that a deleted connection had. */
export interface Purge {
  readonly id: string;
  readonly connection: string;
  readonly kind: 'purge';
}

/** What was begun. */
export type Intent = ResourceIntent | Purge;

/** An intent that is not in the table yet. */
export function newIntent(
  connection: string,
  kind: ResourceIntent['kind'],
  type: ResourceTypeName,
  resource: string,
): ResourceIntent {
  return { id: uuidv7(), connection, kind, type, resource: resource };
}

/** As `newIntent`, for a connection as a whole. */
export function newPurge(connection: string): Purge {
  return { id: uuidv7(), connection, kind: 'purge' };
}

/**
 * The write that records an intent; the index lists it until it is forgotten.
 * @param about further attributes of its item
 */
export function intentWrite(
  intent: Intent,
  about: Readonly<Record<string, ItemValue>> = {},
): Write {
  const { id, connection, ...rest } = intent;
  return {
    put: {
      ...about,
      ...intentKey(connection, id),
      gsi1pk: INTENTS,
      gsi1sk: id,
      connection,
      ...rest,
    },
  };
}

/** Asks the completion function, which hears of it through the table's stream, to do what is left. */
export async function handOver(
  table: Table,
  { connection, id }: Pick<Intent, 'connection' | 'id'>,
): Promise<void> {
  const key = intentKey(connection, id);
  await table.write([
    { update: key, set: { handedOver: new Date().toISOString() }, condition: { is: 'present' } },
  ]);
}

/** Removes an intent of which nothing is left, or which nothing came of. */
export async function deleteIntent(table: Table, { connection, id }: Intent): Promise<void> {
  const { pk } = intentKey(connection, id);
  const batches: Item[] = [];
  for await (const batch of table.queryAll(pk, { between: BATCHES })) batches.push(batch);
  await table.writeEach(batches.map((batch) => ({ delete: { pk, sk: batch.sk } })));
  await table.write([{ delete: intentKey(connection, id) }]);
}

/** @returns undefined when it has been completed */
export async function findIntent(table: Table, key: Key): Promise<Intent | undefined> {
  const item = await table.get(key);
  return item === undefined ? undefined : intentFromItem(item);
}

/** Whether an intent was recorded before this. @param milliseconds since the epoch */
export function isOlder({ id }: Intent, milliseconds: number): boolean {
  return id < idPrefix(milliseconds);
}

/** Intents that were recorded before this, of all connections, in pages, oldest first. @param milliseconds since the epoch */
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

/** Reads what `recordWrite` wrote. */
export function intentFromItem(item: Item): Intent {
  const [id, connection, kind] = [textOf(item, 'gsi1sk'), textOf(item, 'connection'), item['kind']];
  if (kind === 'purge') return { id, connection, kind };
  return {
    id,
    connection,
    kind: kind === 'members' ? 'members' : 'deletion',
    type: item['type'] === 'Group' ? 'Group' : 'User',
    resource: textOf(item, 'resource'),
  };
}
