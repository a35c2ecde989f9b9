import { randomUUID } from 'node:crypto';
import { listGroup } from '../../directory/memberships/group-list';
import { batchesOf, inParallel } from '../../directory/store/batches';
import type { Item } from '../../directory/store/item';
import { TRANSACTION_WRITES, type Table } from '../../directory/store/table';
import type { Tenant } from '../../directory/resources/tenant';
import { countItem, displayNameOf, groupItems, userItems } from './items';

/** Users and groups to add to a connection. */
export interface Seed {
  readonly users: number;
  /** @default 0 */
  readonly groups?: number;
  /** Members of each group, assigned round-robin from the users. @default 0 */
  readonly membersPerGroup?: number;
  /** Prefix of all names, so that repeated seeds do not collide. */
  readonly prefix: string;
}

/** Number of items that are written at a time: enough for several concurrent batches. */
const CHUNK = 400;

/** Transactions in parallel. */
const WIDTH = 8;

/**
 * Fills a connection with users and groups. This is much faster than requests but skips their
 * checks: the names must not be in use.
 * @param progress receives the number of resources done and the total
 * @returns the ids of the users and groups, in order of creation
 */
export async function seed(
  { table, connection }: Pick<Tenant, 'table' | 'connection'>,
  { users, groups = 0, membersPerGroup = 0, prefix }: Seed,
  progress: (done: number, all: number) => void = () => undefined,
): Promise<{ readonly userIds: readonly string[]; readonly groupIds: readonly string[] }> {
  const pending: Item[] = [];
  const flush = async (): Promise<void> => {
    await table.writeEach(pending.splice(0).map((put) => ({ put })));
  };
  const userIds: string[] = [];
  const groupIds: string[] = [];
  const add = async (
    ids: string[],
    seeded: { id: string; items: readonly Item[] },
  ): Promise<void> => {
    ids.push(seeded.id);
    for (const item of seeded.items) {
      pending.push(item);
      if (pending.length >= CHUNK) await flush();
    }
    progress(userIds.length + groupIds.length, users + groups);
  };
  for (let index = 0; index < users; index += 1)
    await add(userIds, userItems(connection, `${prefix}${index}`));
  for (let index = 0; index < groups; index += 1) {
    const members = Array.from({ length: Math.min(membersPerGroup, users) }, (_, member) => {
      const user = (index * membersPerGroup + member) % users;
      return { value: userIds[user] ?? '', display: displayNameOf(`${prefix}${user}`) };
    });
    await add(groupIds, groupItems(connection, `${prefix}group ${index}`, members));
    const memberIds = members.map(({ value }) => value);
    await listUnderMembers(table, connection, groupIds.at(-1) ?? '', memberIds);
  }
  const shard = `seed-${randomUUID()}`;
  if (users > 0) pending.push(countItem(connection, 'User', shard, users));
  if (groups > 0) pending.push(countItem(connection, 'Group', shard, groups));
  await flush();
  return { userIds, groupIds };
}

/** @throws Error if a user is in more groups than its item lists */
async function listUnderMembers(
  table: Table,
  connection: string,
  groupId: string,
  memberIds: readonly string[],
): Promise<void> {
  await inParallel(batchesOf(memberIds, TRANSACTION_WRITES), WIDTH, async (batch) => {
    const failed = await table.write(
      batch.map((id) => listGroup(connection, 'User', id, groupId, false)),
    );
    if (failed.length > 0) throw new Error('A seeded user can be in no more than 32 groups.');
  });
}
