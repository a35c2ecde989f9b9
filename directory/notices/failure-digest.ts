import { textOf, type Item, type Key } from '../store/item';
import { idPrefix } from '../store/key-texts';
import { connectionKey, digestKey, DIGESTS, INVERSE_INDEX } from '../store/keys';
import type { Table } from '../store/table';
import { ABSENT, PRESENT, type Condition, type Write } from '../store/write';
import { digestFromItem, digestToItem } from './digest-item';
import { collect, entriesAfter, type StreamedEntry } from './failure-collection';
import {
  mutedCauses,
  reportCollected,
  summarizeMuted,
  type DigestOutcome,
  type DigestState,
} from './failure-muting';
import { failuresNoticeItem, recoveryNoticeItem } from './notice-item';

/*
 * Recipients get one mail for all failures within a few minutes, grouped by cause. The dispatcher
 * of the table's stream collects log entries in the digest, an item that knows the last entry it
 * holds, so that a batch that is delivered twice counts nothing twice. When the digest is due, it
 * changes in the same transaction that makes the notices.
 */

/**
 * Adds new log entries to a connection's digest.
 * @param entries in the stream's order
 * @param windowMs how long failures are collected for one report
 * @returns when the digest is due, in milliseconds since the epoch; undefined if the entries joined
 *   others that are collected already, if nothing was new, or if the connection was deleted
 */
export async function collectFailures(
  table: Table,
  connection: string,
  entries: readonly StreamedEntry[],
  windowMs: number,
  now = Date.now(),
): Promise<number | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const item = await table.get(digestKey(connection));
    const state = digestFromItem(item);
    const added = entriesAfter(state.last, entries);
    const last = added.at(-1);
    if (last === undefined) return undefined;
    const collection = collect(state.collection, added, now + windowMs);
    const { stream, sequence } = last;
    const next: DigestState = { ...state, last: { stream, sequence }, collection };
    const failed = await table.write([
      { put: digestToItem(connection, next), condition: sameVersion(item) },
      { check: connectionKey(connection), condition: PRESENT },
    ]);
    if (failed.length === 0) return state.collection === undefined ? collection.until : undefined;
    if (failed.some(({ index }) => index === 1)) return undefined;
    await table.retries.pause(attempt);
  }
}

/**
 * Makes the notices that follow from a connection's digest: about the collected failures if their
 * time has come, otherwise about what was muted.
 * @returns keys of the notices
 */
export async function reportFailures(
  table: Table,
  connection: string,
  now = Date.now(),
): Promise<readonly Key[]> {
  for (let attempt = 1; ; attempt += 1) {
    const item = await table.get(digestKey(connection));
    const state = digestFromItem(item);
    const { collection } = state;
    const isDue = collection !== undefined && collection.until <= now;
    const outcome = isDue ? reportCollected(state, collection, now) : summarizeMuted(state, now);
    // Another task reported it, or the index was read before that.
    if (!isDue && outcome.reported.length === 0) return [];
    // Entries are reported once, so the last one's sequence number is the key; a summary has none.
    const key = isDue ? state.last.sequence : `sum#${now}`;
    const notices = noticeItems(connection, state, outcome, key, now);
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
 * Returns the connections with failures to report or to summarize.
 * @param now milliseconds since the epoch
 */
export async function dueDigests(table: Table, now = Date.now()): Promise<readonly string[]> {
  const { items } = await table.query(DIGESTS, {
    index: INVERSE_INDEX,
    // Keys have more than the prefix, so those of this millisecond come before the next one's.
    between: ['0', idPrefix(now + 1)],
    limit: 100,
  });
  const found = await table.getMany(items.map(({ pk, sk }) => ({ pk, sk })));
  return found.map((item) => textOf(item, 'connection'));
}

function noticeItems(
  connection: string,
  before: DigestState,
  { next, reported, isRecovered }: DigestOutcome,
  key: string,
  now: number,
): readonly Item[] {
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
