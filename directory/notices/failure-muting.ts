import type { FailureEntry } from '../log/failure-entry';
import type { FailedCause, ReportedCause } from './notice';

/*
 * Decides which failures are reported. New causes are reported right away, then muted for a day.
 * Failures of a muted cause are counted and summarized when the day is over. Pure functions.
 */

/** How long a reported cause is muted. */
const MUTED_MS = 86_400_000;

/** Names kept per cause: one more than a mail shows, so that it can add "and others". */
const EXAMPLES = 4;

/** Causes in one mail that are distinguished by attribute. */
const DISTINGUISHED = 20;

/** Causes remembered per connection; the ones reported first are forgotten beyond that. */
const REMEMBERED = 50;

const TOKEN_CAUSE = 'tokenRefused';

/**
 * Causes that keep every request out. Any successful request shows that they are over; for all
 * other causes it takes a successful change.
 */
const ACCESS_CAUSES = new Set([TOKEN_CAUSE, 'connectionDisabled']);

/** A log entry as the stream delivers it. */
export interface StreamedEntry {
  /** The stream's sequence number, which increases within a partition. */
  readonly sequence: string;
  /** A failure, or a success while the connection was failing. */
  readonly entry: FailureEntry | 'success';
}

/** A muted cause. */
export interface Muted {
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** Failures since it was reported. */
  readonly since: number;
}

/** The digest of a connection's failures. */
export interface DigestState {
  /** The last entry that is part of it. */
  readonly lastSequence: string;
  /** When reported failures started that are not over; milliseconds since the epoch. */
  readonly failingSince: number | undefined;
  /**
   * Whether some of them concern more than access, so that only a change shows that they are over.
   */
  readonly isChangeFailing: boolean;
  /** By cause and attribute. */
  readonly muted: ReadonlyMap<string, Muted>;
}

/** The next state, and what has to be reported. */
export interface DigestOutcome {
  readonly next: DigestState;
  readonly reported: readonly FailedCause[];
  readonly isRecovered: boolean;
}

/** Returns the entries that are not part of the digest yet. */
export function newEntries(
  state: DigestState,
  entries: readonly StreamedEntry[],
): readonly StreamedEntry[] {
  return entries.filter(({ sequence }) => isLater(sequence, state.lastSequence));
}

/** Adds new entries to the digest. */
export function addEntries(
  state: DigestState,
  entries: readonly StreamedEntry[],
  now: number,
): DigestOutcome {
  const muted = new Map(state.muted);
  const reported: FailedCause[] = [];
  for (const [key, group] of groupByCause(entries)) {
    const before = muted.get(key);
    if (before !== undefined && before.until > now) {
      muted.set(key, { ...before, since: before.since + group.count });
      continue;
    }
    reported.push({ ...group, count: group.count + (before?.since ?? 0) });
    // Deleted first, so that the map stays in the order of the reports.
    muted.delete(key);
    muted.set(key, { until: now + MUTED_MS, since: 0 });
  }
  for (const key of [...muted.keys()].slice(0, Math.max(0, muted.size - REMEMBERED))) {
    muted.delete(key);
  }
  const isRecovered = state.failingSince !== undefined && isRecovery(entries);
  const failing = reported.filter(({ status }) => status >= 400);
  const isChangeFailing = failing.some(({ cause }) => !ACCESS_CAUSES.has(cause));
  if (isRecovered) unmuteAccess(muted);
  const startsFailing = failing.length > 0 ? now : undefined;
  return {
    next: {
      lastSequence: entries.at(-1)?.sequence ?? state.lastSequence,
      failingSince: isRecovered ? undefined : (state.failingSince ?? startsFailing),
      isChangeFailing: !isRecovered && (state.isChangeFailing || isChangeFailing),
      muted,
    },
    reported,
    isRecovered,
  };
}

/**
 * After a recovery, lost access is a new problem and must be reported right away. A token that was
 * reported stays muted: a forgotten client may go on using it beside the right one.
 */
function unmuteAccess(muted: Map<string, Muted>): void {
  for (const key of muted.keys()) {
    const { cause } = causeOfKey(key);
    if (ACCESS_CAUSES.has(cause) && cause !== TOKEN_CAUSE) muted.delete(key);
  }
}

/** Returns whether a request succeeded and none failed after it. */
function isRecovery(entries: readonly StreamedEntry[]): boolean {
  const first = entries.findIndex(({ entry }) => entry === 'success');
  return first !== -1 && entries.slice(first).every(({ entry }) => entry === 'success');
}

/** Reports how often each cause occurred while it was muted, once its muting is over. */
export function summarizeMuted(state: DigestState, now: number): DigestOutcome {
  const muted = new Map<string, Muted>();
  const reported: FailedCause[] = [];
  for (const [key, { until, since }] of state.muted) {
    if (until > now) muted.set(key, { until, since });
    else if (since > 0) {
      reported.push({ ...causeOfKey(key), status: 0, count: since, names: [] });
      muted.set(key, { until: now + MUTED_MS, since: 0 });
    }
  }
  return { next: { ...state, muted }, reported, isRecovered: false };
}

/** Returns the causes that were reported within the last day and may occur again. */
export function mutedCauses({ muted }: DigestState): readonly ReportedCause[] {
  const causes = [...muted.keys()].map(causeOfKey);
  return causes.filter(
    ({ cause, attribute }, index) =>
      causes.findIndex((each) => each.cause === cause && each.attribute === attribute) === index,
  );
}

function groupByCause(entries: readonly StreamedEntry[]): ReadonlyMap<string, FailedCause> {
  const groups = new Map<string, FailedCause>();
  for (const { entry } of entries) {
    if (entry === 'success') continue;
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
  return groups;
}

function causeOfKey(key: string): ReportedCause {
  const [cause = '', attribute = ''] = key.split(' ');
  return attribute === '' ? { cause } : { cause, attribute };
}

/** Compares sequence numbers, which are decimals of any length. */
function isLater(one: string, other: string): boolean {
  return one.length === other.length ? one > other : one.length > other.length;
}
