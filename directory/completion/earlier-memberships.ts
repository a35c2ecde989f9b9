import { ScimError } from '../../scim/errors/scim-error';
import { readConnectionSort } from '../connections/connection-index';
import { listGroup, groupListFromItem } from '../memberships/group-list';
import { membershipFromItem } from '../memberships/membership-item';
import { inParallel } from '../store/batches';
import { textOf, type Item } from '../store/item';
import { readKey } from '../store/key-meaning';
import {
  connectionKey,
  CONNECTIONS,
  INVERSE_INDEX,
  groupListKey,
  membershipPartition,
  resourcePartition,
  resourceKey,
  membershipKey,
} from '../store/keys';
import { idIn } from '../store/resource-ids';
import { HAND_OVER_MS } from '../store/retries';
import type { Table } from '../store/table';
import { PRESENT } from '../store/write';
import { Backfill, textIn, type OnFailure } from './backfill';

/*
 * Converts memberships that releases up to 0.2.0 wrote, which the inverse index lists under their
 * members: it moves them to the members' group lists (memberships/group-list.ts). Requests of a
 * connection read both until its item says that all of them are converted.
 */

/** Memberships per page, and converted in parallel. */
const PAGE = 200;
const WIDTH = 8;

/** How often a membership that changes meanwhile is read again. */
const ATTEMPTS = 5;

/** Where the next page begins; empty texts stand for the first one. */
interface Position {
  readonly connection: string;
  readonly group: string;
  readonly member: string;
}

/**
 * Converts as much as time allows, and continues there the next time. Any number of workers may do
 * it at once.
 * @param now milliseconds since the epoch
 * @param onFailure called for a membership that cannot be converted; the others are continued
 * @returns whether everything is converted
 */
export async function convertEarlierMemberships(
  table: Table,
  now: number,
  onFailure: OnFailure,
): Promise<boolean> {
  const backfill = new Backfill(table, '0.3.0-memberships');
  return backfill.run(now, (progress) => {
    const start: Position = {
      connection: textIn(progress, 'connection'),
      group: textIn(progress, 'group'),
      member: textIn(progress, 'member'),
    };
    return new Conversion(table, backfill, onFailure).from(start);
  });
}

/** One run. Its methods return false if there was not enough time; the position is saved then. */
class Conversion {
  constructor(
    private readonly table: Table,
    private readonly backfill: Backfill,
    private readonly onFailure: OnFailure,
  ) {}

  async from(start: Position): Promise<boolean> {
    const connections = this.table.queryAll(CONNECTIONS, {
      index: INVERSE_INDEX,
      between: [start.connection === '' ? '0' : start.connection, '~'],
    });
    for await (const listed of connections) {
      const { id: connection } = readConnectionSort(textOf(listed, 'gsi1sk'));
      const first = { connection, group: '', member: '' };
      const isFirst = connection === start.connection;
      if (!(await this.connection(isFirst ? start : first))) return false;
      await noteConverted(this.table, connection);
      if (await this.isLate(first)) return false;
    }
    return true;
  }

  private async isLate(position: Position): Promise<boolean> {
    if (this.table.retries.timeLeft >= HAND_OVER_MS) return false;
    await this.backfill.save({ ...position });
    return true;
  }

  private async connection({ connection, group, member }: Position): Promise<boolean> {
    if (group !== '' && !(await this.group({ connection, group, member }))) return false;
    const pk = resourcePartition(connection, 'Group');
    const after = group === '' ? undefined : resourceKey(connection, 'Group', group);
    for await (const item of this.table.queryAll(pk, { after })) {
      const next = { connection, group: idIn(item), member: '' };
      if (!(await this.group(next))) return false;
    }
    return true;
  }

  private async group(start: Position): Promise<boolean> {
    const { connection, group } = start;
    const pk = membershipPartition(connection, group);
    for (let { member } = start; ;) {
      if (await this.isLate({ connection, group, member })) return false;
      const after = member === '' ? undefined : membershipKey(connection, group, member);
      const { items, next } = await this.table.query(pk, { after, limit: PAGE });
      await inParallel(items, WIDTH, (item) => this.membership(connection, item));
      if (next === undefined) return true;
      member = idIn(next);
    }
  }

  private async membership(connection: string, item: Item): Promise<void> {
    try {
      await convertMembership(this.table, item);
    } catch (error) {
      // Contention ends the run, which is repeated. An unreadable item must not stop the others.
      if (error instanceof ScimError) throw error;
      await noteFailed(this.table, connection);
      this.onFailure(item, error);
    }
  }
}

/** Notes in a connection's item that its memberships are converted, unless one could not be. */
async function noteConverted(table: Table, connection: string): Promise<void> {
  await table.write([
    {
      update: connectionKey(connection),
      set: { membershipsConverted: true },
      condition: { is: 'without', attributes: ['conversionFailed', 'deletedAt'] },
    },
  ]);
}

/** Notes in a connection's item that requests must go on reading the index. */
async function noteFailed(table: Table, connection: string): Promise<void> {
  await table.write([
    {
      update: connectionKey(connection),
      set: { conversionFailed: true },
      remove: ['membershipsConverted'],
      condition: PRESENT,
    },
  ]);
}

/** Moves a membership from the index to its member's group list, unless that is full. */
async function convertMembership(table: Table, item: Item): Promise<void> {
  const { connection, meaning } = readKey(item);
  if (meaning.kind !== 'membership') return;
  const { pk, sk } = item;
  let current: Item | undefined = item;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (current?.['gsi1pk'] === undefined) return;
    const { type, value } = membershipFromItem(current);
    const { isFull } = groupListFromItem(await table.get(groupListKey(connection, type, value)));
    const listing = listGroup(connection, type, value, meaning.groupId, isFull);
    const unlisting = {
      update: { pk, sk },
      remove: ['gsi1pk', 'gsi1sk'],
      condition: { is: 'with', attribute: 'gsi1pk' },
    } as const;
    const failed = await table.write(isFull ? [listing] : [listing, unlisting]);
    if (failed.length === 0) return;
    if (failed.some(({ item: found }) => found?.['deletedAt'] !== undefined)) {
      // The deletion of the member finds the membership in the index.
      await table.write([{ update: groupListKey(connection, type, value), set: { more: true } }]);
      return;
    }
    current = await table.get({ pk, sk });
  }
  throw new Error(`The membership changed during each of ${ATTEMPTS} attempts to convert it.`);
}
