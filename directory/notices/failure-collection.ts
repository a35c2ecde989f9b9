import type { FailureEntry } from '../log/failure-entry';
import type { FailedCause, ReportedCause } from './notice';

/*
 * Collects the failures and successes of a connection, so that recipients get one mail for all of
 * them, grouped by cause. Pure functions.
 */

/** The cause of a request with an ended token. */
export const TOKEN_CAUSE = 'tokenRefused';

/** Names kept per cause: one more than a mail shows, so that it can add "and others". */
const EXAMPLES = 4;

/** Causes in one mail that are distinguished by attribute. */
const DISTINGUISHED = 20;

/** A log entry as the stream delivers it. */
export interface StreamedEntry {
  /** ARN of the table's stream. A table that was restored has another one. */
  readonly stream: string;
  /** The stream's sequence number, which increases within a partition. */
  readonly sequence: string;
  /** A failure, or a success while the connection was failing. */
  readonly entry: FailureEntry | 'success';
}

/**
 * How collected entries end: `recovered` if a request succeeded and none failed after it,
 * `relapsed` if one failed after the first success.
 */
export const ENDINGS = ['failing', 'recovered', 'relapsed'] as const;
type Ending = (typeof ENDINGS)[number];

/** Entries that are collected for one report. */
export interface Collection {
  /** When they are reported, in milliseconds since the epoch. */
  readonly until: number;
  /** The failures by cause and attribute. */
  readonly groups: ReadonlyMap<string, FailedCause>;
  readonly ending: Ending;
}

/** The last entry that was collected. */
export interface LastEntry {
  /** Undefined for a digest of a release before 0.3.0. */
  readonly stream?: string;
  /** Empty for a new digest. */
  readonly sequence: string;
}

/** Returns the entries after the last one that was collected, and all of another stream. */
export function entriesAfter(
  last: LastEntry,
  entries: readonly StreamedEntry[],
): readonly StreamedEntry[] {
  return entries.filter(
    ({ stream, sequence }) =>
      (last.stream !== undefined && last.stream !== stream) || isLater(sequence, last.sequence),
  );
}

/**
 * Adds entries to a collection.
 * @param collection undefined to start a new one
 * @param until when a new one is reported
 */
export function collect(
  collection: Collection | undefined,
  entries: readonly StreamedEntry[],
  until: number,
): Collection {
  const groups = new Map(collection?.groups);
  let ending = collection?.ending ?? 'failing';
  for (const { entry } of entries) {
    ending = endingAfter(ending, entry === 'success');
    if (entry !== 'success') addFailure(groups, entry);
  }
  return { until: collection?.until ?? until, groups, ending };
}

function endingAfter(before: Ending, isSuccess: boolean): Ending {
  if (before === 'failing') return isSuccess ? 'recovered' : 'failing';
  return before === 'recovered' && isSuccess ? 'recovered' : 'relapsed';
}

function addFailure(groups: Map<string, FailedCause>, entry: FailureEntry): void {
  const { cause, attribute, status, detail, received, name, count } = entry;
  // Two clients may use two tokens, one of them forgotten: each is reported for itself.
  const token = cause === TOKEN_CAUSE ? ` ${entry.token ?? ''}` : '';
  const ownKey = `${cause} ${attribute ?? ''}${token}`;
  // Beyond what a mail has room for, attributes are not distinguished.
  const isOwn = groups.size < DISTINGUISHED || groups.has(ownKey);
  const key = isOwn ? ownKey : `${cause} `;
  const group = groups.get(key) ?? {
    cause,
    status,
    count: 0,
    names: [],
    ...(attribute === undefined || !isOwn ? {} : { attribute }),
    ...(detail === undefined || !isOwn ? {} : { detail }),
    ...(received === undefined || !isOwn ? {} : { received }),
  };
  const isNew = name !== undefined && !group.names.includes(name);
  const names = isNew ? [...group.names, name].slice(0, EXAMPLES) : group.names;
  groups.set(key, { ...group, count: group.count + count, names });
}

/** Returns the cause of a group's key. */
export function causeOfKey(key: string): ReportedCause {
  const [cause = '', attribute = ''] = key.split(' ');
  return attribute === '' ? { cause } : { cause, attribute };
}

/** Compares sequence numbers, which are decimals of any length. */
function isLater(one: string, other: string): boolean {
  return one.length === other.length ? one > other : one.length > other.length;
}
