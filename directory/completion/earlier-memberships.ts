import { ScimError } from '../../scim/errors/scim-error';
import { readConnectionSort } from '../connections/connection-index';
import { listGroup, groupListFromItem } from '../memberships/group-list';
import { membershipFromItem } from '../memberships/membership-item';
import { inParallel } from '../store/batches';
import { numberOf, textOf, type Item, type Key } from '../store/item';
import { readKey } from '../store/key-meaning';
import {
  BACKFILLS,
  connectionKey,
  CONNECTIONS,
  INVERSE_INDEX,
  groupListKey,
  membershipPartition,
  resourcePartition,
} from '../store/keys';
import { HAND_OVER_MS } from '../store/retries';
import type { Table } from '../store/table';
import { ABSENT, PRESENT } from '../store/write';
import { CONVERSION_DELAY_MS, type OnFailure } from './earlier-items';

/*
 * Converts memberships that releases up to 0.2.0 wrote, which the inverse index lists under their
 * members: it moves them to the members' group lists (memberships/group-list.ts). Requests of a
 * connection read both until its item says that all of them are converted.
 */

const STATE: Key = { pk: BACKFILLS, sk: '0.3.0-memberships' };

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

/** Thrown when the time is up; the position is saved. */
class OutOfTime extends Error {}

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
  const state = await table.get(STATE);
  if (state === undefined) {
    await table.write([{ put: { ...STATE, startedAt: now }, condition: ABSENT }]);
    return false;
  }
  if (state['done'] === true) return true;
  if (now - numberOf(state, 'startedAt') < CONVERSION_DELAY_MS) return false;
  try {
    await convertFrom(table, positionIn(state), onFailure);
  } catch (error) {
    if (error instanceof OutOfTime) return false;
    throw error;
  }
  await table.write([{ update: STATE, set: { done: true } }]);
  return true;
}

function positionIn(state: Item): Position {
  const text = (name: string): string => (state[name] === undefined ? '' : textOf(state, name));
  return { connection: text('connection'), group: text('group'), member: text('member') };
}

async function convertFrom(table: Table, start: Position, onFailure: OnFailure): Promise<void> {
  const connections = table.queryAll(CONNECTIONS, {
    index: INVERSE_INDEX,
    between: [start.connection === '' ? '0' : start.connection, '~'],
  });
  for await (const listed of connections) {
    const { id: connection } = readConnectionSort(textOf(listed, 'gsi1sk'));
    const isFirst = connection === start.connection;
    await convertConnection(
      table,
      isFirst ? start : { connection, group: '', member: '' },
      onFailure,
    );
    await noteConverted(table, connection);
    await saveIfLate(table, { connection, group: '', member: '' });
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

async function saveIfLate(table: Table, position: Position): Promise<void> {
  if (table.retries.timeLeft >= HAND_OVER_MS) return;
  await table.write([{ update: STATE, set: { ...position } }]);
  throw new OutOfTime();
}

async function convertConnection(
  table: Table,
  { connection, group, member }: Position,
  onFailure: OnFailure,
): Promise<void> {
  if (group !== '') await convertGroup(table, { connection, group, member }, onFailure);
  const pk = resourcePartition(connection, 'Group');
  const after = group === '' ? undefined : { pk, sk: group };
  for await (const { sk } of table.queryAll(pk, { after })) {
    await convertGroup(table, { connection, group: sk, member: '' }, onFailure);
  }
}

async function convertGroup(table: Table, start: Position, onFailure: OnFailure): Promise<void> {
  const { connection, group } = start;
  const pk = membershipPartition(connection, group);
  let { member } = start;
  for (let next: Key | undefined = { pk, sk: member }; next !== undefined;) {
    await saveIfLate(table, { connection, group, member });
    const after: Key | undefined = member === '' ? undefined : next;
    const page = await table.query(pk, { after, limit: PAGE });
    await inParallel(page.items, WIDTH, async (item) => {
      try {
        await convertMembership(table, item);
      } catch (error) {
        // Contention ends the run, which is repeated. An unreadable item must not stop the others.
        if (error instanceof ScimError) throw error;
        // Requests must go on reading the index.
        await table.write([
          {
            update: connectionKey(connection),
            set: { conversionFailed: true },
            remove: ['membershipsConverted'],
            condition: PRESENT,
          },
        ]);
        onFailure(item, error);
      }
    });
    ({ next } = page);
    member = next?.sk ?? member;
  }
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
