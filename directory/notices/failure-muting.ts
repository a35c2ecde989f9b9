import { causeOfKey, TOKEN_CAUSE, type Collection, type LastEntry } from './failure-collection';
import type { FailedCause, ReportedCause } from './notice';

/*
 * Decides which of the collected failures are reported. New causes are reported, then muted for a
 * day. Failures of a muted cause are counted and summarized when the day is over. Pure functions.
 */

/** How long a reported cause is muted. */
const MUTED_MS = 86_400_000;

/** Causes remembered per connection; the ones reported first are forgotten beyond that. */
const REMEMBERED = 50;

/**
 * Causes that keep every request out. Any successful request shows that they are over; for all
 * other causes it takes a successful change.
 */
const ACCESS_CAUSES = new Set([TOKEN_CAUSE, 'connectionDisabled']);

/** A muted cause. */
export interface Muted {
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** Failures since it was reported. */
  readonly since: number;
}

/** The digest of a connection's failures. */
export interface DigestState {
  /** The last entry that was collected. */
  readonly last: LastEntry;
  /** Collected entries that are not reported yet. */
  readonly collection?: Collection;
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

/** Selects the collected failures to report, and ends the collection. */
export function reportCollected(
  state: DigestState,
  { groups, ending }: Collection,
  now: number,
): DigestOutcome {
  const muted = new Map(state.muted);
  const reported: FailedCause[] = [];
  for (const [key, group] of groups) {
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
  const isRecovered = state.failingSince !== undefined && ending === 'recovered';
  const failing = reported.filter(({ status }) => status >= 400);
  const isChangeFailing = failing.some(({ cause }) => !ACCESS_CAUSES.has(cause));
  if (isRecovered) unmuteAccess(muted);
  const startsFailing = failing.length > 0 ? now : undefined;
  return {
    next: {
      last: state.last,
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
