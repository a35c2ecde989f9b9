import { textOf, type Item, type Key } from '../store/item';
import { idPrefix } from '../store/key-texts';
import { connectionKey, INVERSE_INDEX, UNSENT_NOTICES } from '../store/keys';
import type { Table } from '../store/table';
import { ABSENT } from '../store/write';
import type { AlarmNotice, TokenNotice, UsageNotice } from './notice';
import { alarmNoticeItem, tokenNoticeWrite, usageNoticeWrite } from './notice-item';

/** Makes a notice, unless it was made before or its connection no longer exists. */
export async function makeNotice(
  table: Table,
  notice: TokenNotice | UsageNotice,
  now = Date.now(),
): Promise<void> {
  const write = 'token' in notice ? tokenNoticeWrite(notice, now) : usageNoticeWrite(notice, now);
  const isConnected = {
    check: connectionKey(notice.connection),
    condition: { is: 'present' },
  } as const;
  await table.write([write, isConnected]);
}

/** Makes the notice of an alarm, unless it was made before. @returns its key */
export async function makeAlarmNotice(
  table: Table,
  notice: AlarmNotice,
  now = Date.now(),
): Promise<Key> {
  const item = alarmNoticeItem(notice, now);
  await table.write([{ put: item, condition: ABSENT }]);
  return { pk: item.pk, sk: item.sk };
}

/** Yields pages of notices that were made before a time and are unsent, oldest first. */
export async function* unsentNotices(
  table: Table,
  milliseconds: number,
): AsyncGenerator<readonly Item[]> {
  const between = ['0', idPrefix(milliseconds)] as const;
  let after: Item | undefined;
  do {
    const { items, next } = await table.query(UNSENT_NOTICES, {
      index: INVERSE_INDEX,
      between,
      after,
      limit: 100,
    });
    yield await table.getMany(items.map(({ pk, sk }) => ({ pk, sk })));
    after = next;
  } while (after !== undefined);
}

const CLAIMED = 'claimedAt';

/**
 * Takes a lease on a notice before it is sent: the stream, the schedule and the code that made the
 * notice may try to send it at the same time.
 * @param milliseconds the lease's duration
 * @returns false if another invocation holds the lease
 */
export async function claimNotice(
  table: Table,
  { pk, sk }: Item,
  milliseconds: number,
): Promise<boolean> {
  const now = Date.now();
  const before = new Date(now - milliseconds).toISOString();
  const failed = await table.write([
    {
      update: { pk, sk },
      set: { [CLAIMED]: new Date(now).toISOString() },
      condition: { is: 'notSince', attribute: CLAIMED, before },
    },
  ]);
  return failed.length === 0;
}

/** Ends the lease of a notice that could not be sent, so that it can be tried again. */
export async function releaseNotice(table: Table, { pk, sk }: Item): Promise<void> {
  await table.write([{ update: { pk, sk }, remove: [CLAIMED], condition: { is: 'present' } }]);
}

/** Removes a notice from the queue after it was sent, or because it has no recipients. */
export async function closeNotice(
  table: Table,
  { pk, sk }: Item,
  outcome: 'sent' | 'dropped',
): Promise<void> {
  await table.write([
    {
      update: { pk, sk },
      set: { outcome },
      remove: ['gsi1pk', 'gsi1sk'],
      condition: { is: 'present' },
    },
  ]);
}

/** Returns whether a notice is in the queue. */
export function isUnsent(item: Item): boolean {
  return item['outcome'] === undefined;
}

/** Returns whether an unsent notice was made before a time. @param milliseconds since the epoch */
export function isMadeBefore(item: Item, milliseconds: number): boolean {
  return textOf(item, 'gsi1sk') < idPrefix(milliseconds);
}
