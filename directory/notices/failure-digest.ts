import { textOf, type Item, type Key } from '../store/item';
import { connectionKey, digestKey, DIGESTS, idPrefix, INVERSE_INDEX } from '../store/keys';
import type { Table } from '../store/table';
import { ABSENT, PRESENT, type Condition, type Write } from '../store/write';
import { digestFromItem, digestToItem } from './digest-item';
import {
  addEntries,
  mutedCauses,
  newEntries,
  summarizeMuted,
  type DigestOutcome,
  type DigestState,
  type StreamedEntry,
} from './failure-muting';
import { failuresNoticeItem, recoveryNoticeItem } from './notice-item';

/*
 * Recipients get one mail for all failures in a batch of the table's stream, grouped by cause. The
 * digest is an item that changes in the same transaction that makes the notice, so that a batch
 * that is delivered twice reports nothing twice.
 */

/**
 * Adds new log entries to a connection's digest and makes the notices that follow.
 * @param entries in the stream's order; none to summarize what was muted
 * @returns keys of the notices
 */
export async function updateDigest(
  table: Table,
  connection: string,
  entries: readonly StreamedEntry[],
  now = Date.now(),
): Promise<readonly Key[]> {
  for (let attempt = 1; ; attempt += 1) {
    const item = await table.get(digestKey(connection));
    const state = digestFromItem(item);
    const added = newEntries(state, entries);
    if (added.length === 0 && entries.length > 0) return [];
    const outcome = added.length === 0 ? summarizeMuted(state, now) : addEntries(state, added, now);
    const notices = noticeItems(connection, state, outcome, now);
    const writes = [
      { put: digestToItem(connection, outcome.next), condition: sameVersion(item) },
      connectionWrite(connection, outcome.next),
      ...notices.map((put): Write => ({ put, condition: ABSENT })),
    ];
    const failed = await table.write(writes);
    if (failed.length === 0) return notices.map(({ pk, sk }) => ({ pk, sk }));
    // The connection was deleted.
    if (failed.some(({ index }) => index === 1)) return [];
    await table.retries.pause(attempt);
  }
}

/**
 * Returns the connections with muted failures to summarize.
 * @param now milliseconds since the epoch
 */
export async function dueDigests(table: Table, now = Date.now()): Promise<readonly string[]> {
  const { items } = await table.query(DIGESTS, {
    index: INVERSE_INDEX,
    between: ['0', idPrefix(now)],
    limit: 100,
  });
  const found = await table.getMany(items.map(({ pk, sk }) => ({ pk, sk })));
  return found.map((item) => textOf(item, 'connection'));
}

function noticeItems(
  connection: string,
  before: DigestState,
  { next, reported, isRecovered }: DigestOutcome,
  now: number,
): readonly Item[] {
  // Entries are reported once, so their sequence number is the key; a summary has none.
  const key = next.lastSequence === before.lastSequence ? `sum#${now}` : next.lastSequence;
  const since = new Date(before.failingSince ?? now).toISOString();
  return [
    ...(reported.length === 0
      ? []
      : [failuresNoticeItem({ connection, causes: reported }, key, now)]),
    ...(isRecovered
      ? [recoveryNoticeItem({ connection, since, causes: mutedCauses(next) }, key, now)]
      : []),
  ];
}

/** Makes requests log their success for as long as the connection is failing. */
function connectionWrite(connection: string, next: DigestState): Write {
  const key = connectionKey(connection);
  if (next.failingSince === undefined) {
    return { update: key, remove: ['failing'], condition: PRESENT };
  }
  const failing = next.isChangeFailing ? 'change' : 'request';
  return { update: key, set: { failing }, condition: PRESENT };
}

function sameVersion(item: Item | undefined): Condition {
  return item === undefined ? ABSENT : { is: 'version', version: textOf(item, 'version') };
}
