/*
 * How often a connection is used, so that it is noticed when it is not any more. It is learned from the times of use that are recorded anyway, once an hour at most: pauses are
 * known to the hour.
 */

/** What is known of a connection's pauses. */
export interface UsagePattern {
  /** RFC 3339: when the connection was used first. */
  readonly since: string;
  /** RFC 3339: when it was used last; up to an hour behind. */
  readonly lastUse: string;
  /** The longest usual pause of each of the last weeks, in milliseconds, by the number of the week since the epoch. */
  readonly longest: Readonly<Record<string, number>>;
  /** Pauses much longer than usual, one after the other, up to the last use. */
  readonly unusual?: UnusualPauses;
}

interface UnusualPauses {
  /** How many there were. */
  readonly count: number;
  /** RFC 3339: the last use before the first of them. */
  readonly since: string;
  /** Milliseconds of the longest. */
  readonly longest: number;
}

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** Weeks that are remembered. */
const WEEKS = 4;

/** A shorter pause is always usual. */
const SHORT_MS = 6 * HOUR_MS;

/** After so many unusual pauses in a row they are usual: Entra ID tries daily for four weeks. */
const ADOPTED = 28;

/** The rhythm when a use has been added. @param before undefined for the first one */
export function afterUse(before: UsagePattern | undefined, now: Date): UsagePattern {
  const lastUse = now.toISOString();
  if (before === undefined) return { since: lastUse, lastUse, longest: {} };
  const { since, longest, unusual = { count: 0, since: before.lastUse, longest: 0 } } = before;
  const pause = Math.max(0, now.getTime() - Date.parse(before.lastUse));
  if (isUnusual(before, pause) && unusual.count < ADOPTED) {
    const { count, since: begun, longest: most } = unusual;
    return {
      since,
      lastUse,
      longest,
      unusual: { count: count + 1, since: begun, longest: Math.max(most, pause) },
    };
  }
  const week = Math.floor(now.getTime() / WEEK_MS);
  const known = Object.fromEntries(
    Object.entries(longest).filter(([number]) => Number(number) > week - WEEKS),
  );
  return { since, lastUse, longest: { ...known, [week]: Math.max(known[week] ?? 0, pause) } };
}

/** Whether a pause is more than twice as long as usual. A connection that has been used for less than a week has no rhythm yet: it has had no weekend. */
function isUnusual({ since, lastUse, longest }: UsagePattern, pause: number): boolean {
  if (Date.parse(lastUse) - Date.parse(since) < WEEK_MS) return false;
  return pause > Math.max(SHORT_MS, 2 * Math.max(0, ...Object.values(longest)));
}

/**
 * Since when a connection is silent: not used for more than twice its longest pause of the last weeks, and of those that were told already.
 * @param now milliseconds since the epoch
 * @returns the last use, as RFC 3339; undefined while it is not silent
 */
export function silentSince(
  rhythm: UsagePattern | undefined,
  now = Date.now(),
): string | undefined {
  if (rhythm === undefined) return undefined;
  const pause = now - Date.parse(rhythm.lastUse);
  return isUnusual(rhythm, pause) && pause > 2 * (rhythm.unusual?.longest ?? 0)
    ? rhythm.lastUse
    : undefined;
}

/**
 * Since when a connection is used only now and then, as by an identity provider that has given up and tries whether it works again.
 * @returns the last use before, as RFC 3339; undefined while it is not
 */
export function quarantinedSince({ unusual }: UsagePattern): string | undefined {
  return unusual !== undefined && unusual.count >= 2 ? unusual.since : undefined;
}
