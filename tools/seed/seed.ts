import { randomUUID } from 'node:crypto';
import type { Item } from '../../directory/store/item';
import type { Scope } from '../../directory/resources/resources';
import { countItem, groupItems, userItems } from './items';

/** What is to be put into a connection. */
export interface Seed {
  readonly users: number;
  /** @default 0 */
  readonly groups?: number;
  /** Of each group; the users take turns. @default 0 */
  readonly membersPerGroup?: number;
  /** Begins the names, so that a second seed does not meet the first one. */
  readonly prefix: string;
}

/** Items that are sent at a time: enough for several batches at once. */
const CHUNK = 400;

/**
 * Fills a connection with users and groups, far faster than requests would, and without their checks: names must not be in use.
 * @param progress is told how many resources of how many are written
 * @returns the ids of users and groups, in the order of their numbers
 */
export async function seed(
  { table, connection }: Pick<Scope, 'table' | 'connection'>,
  { users, groups = 0, membersPerGroup = 0, prefix }: Seed,
  progress: (done: number, all: number) => void = () => undefined,
): Promise<{ readonly userIds: readonly string[]; readonly groupIds: readonly string[] }> {
  const pending: Item[] = [];
  const flush = async (): Promise<void> => {
    await table.writeEach(pending.splice(0).map((put) => ({ put })));
  };
  const userIds: string[] = [];
  const groupIds: string[] = [];
  const add = async (ids: string[], seeded: { id: string; items: readonly Item[] }): Promise<void> => {
    ids.push(seeded.id);
    for (const item of seeded.items) {
      pending.push(item);
      if (pending.length >= CHUNK) await flush();
    }
    progress(userIds.length + groupIds.length, users + groups);
  };
  for (let index = 0; index < users; index += 1) await add(userIds, userItems(connection, `${prefix}${index}`));
  for (let index = 0; index < groups; index += 1) {
    const members = Array.from({ length: Math.min(membersPerGroup, users) }, (_, member) => {
      return userIds[(index * membersPerGroup + member) % users] ?? '';
    });
    await add(groupIds, groupItems(connection, `${prefix}group ${index}`, members));
  }
  const shard = `seed-${randomUUID()}`;
  if (users > 0) pending.push(countItem(connection, 'User', shard, users));
  if (groups > 0) pending.push(countItem(connection, 'Group', shard, groups));
  await flush();
  return { userIds, groupIds };
}
