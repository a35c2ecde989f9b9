import { randomInt } from 'node:crypto';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { numberOf } from '../store/item';
import { countPartition } from '../store/keys';
import type { Table } from '../store/table';
import type { Write } from '../store/write';

/**
 * Items that a count is spread over, because transactions on the same item conflict and every
 * creation and deletion changes the count. Each writer picks an item at random, so that a retry
 * rarely conflicts with the same writer again.
 */
const SHARDS = 16;

/** Creates the write that counts a resource, for the transaction that adds or removes it. */
export function countWrite(connection: string, type: ResourceTypeName, by: 1 | -1): Write {
  const shard = String(randomInt(SHARDS)).padStart(2, '0');
  return { update: { pk: countPartition(connection, type), sk: shard }, add: { resources: by } };
}

/** Returns the exact number of a connection's resources of one type. */
export async function countOf(
  table: Table,
  connection: string,
  type: ResourceTypeName,
): Promise<number> {
  let count = 0;
  for await (const shard of table.queryAll(countPartition(connection, type))) {
    count += numberOf(shard, 'resources');
  }
  return count;
}
