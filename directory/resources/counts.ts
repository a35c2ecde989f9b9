import { randomInt } from 'node:crypto';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { numberOf } from '../store/item';
import { countPartition } from '../store/keys';
import type { Table } from '../store/table';
import type { Write } from '../store/write';

/**
 * Transactions on the same item conflict, and every creation counts: the count is spread over this many items. Each writer picks
 * one at random, so that a repeated attempt seldom meets the same competitor.
 */
const SHARDS = 16;

/** The write that counts one resource more or less, for the transaction that adds or removes it. */
export function countWrite(connection: string, type: ResourceTypeName, by: 1 | -1): Write {
  const shard = String(randomInt(SHARDS)).padStart(2, '0');
  return { update: { pk: countPartition(connection, type), sk: shard }, add: { resources: by } };
}

/** How many resources of a type a connection has, exactly. */
export async function countOf(
  table: Table,
  connection: string,
  type: ResourceTypeName,
): Promise<number> {
  let count = 0;
  for await (const shard of table.queryAll(countPartition(connection, type)))
    count += numberOf(shard, 'resources');
  return count;
}
