/*
 * Learns how often a connection is used, to detect when it no longer is. The times of use are
 * recorded anyway, at most once an hour, so pauses are accurate to the hour.
 */

/** The pauses between the uses of a connection in the last weeks. */
export interface UsagePattern {
  /** RFC 3339: the first use. */
  readonly since: string;
  /** RFC 3339: the last recorded use, at most an hour before the actual one. */
  readonly lastUse: string;
  /** The longest usual pause of each week in milliseconds, by the week's number since the epoch. */
  readonly longest: Readonly<Record<string, number>>;
  /** Unusually long pauses in a row, up to the last use. */
  readonly unusual?: UnusualPauses;
}

interface UnusualPauses {
  readonly count: number;
  /** RFC 3339: the last use before the first unusual pause. */
  readonly since: string;
  /** The longest of them, in milliseconds. */
  readonly longest: number;
}

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** Weeks that are taken into account. */
const WEEKS = 4;

/** A pause up to this long is never unusual. */
const SHORT_PAUSE_MS = 6 * HOUR_MS;

/**
 * Unusual pauses in a row after which they count as usual. Entra ID in quarantine sends a request a
 * day for four weeks.
 */
const ADOPTED_AFTER = 28;

/** Returns the usage pattern after another use. @param before undefined for the first use */
export function afterUse(before: UsagePattern | undefined, now: Date): UsagePattern {
  const lastUse = now.toISOString();
  if (before === undefined) return { since: lastUse, lastUse, longest: {} };
  const { since, longest, unusual = { count: 0, since: before.lastUse, longest: 0 } } = before;
  const pause = Math.max(0, now.getTime() - Date.parse(before.lastUse));
  if (isUnusual(before, pause) && unusual.count < ADOPTED_AFTER) {
    return {
      since,
      lastUse,
      longest,
      unusual: {
        count: unusual.count + 1,
        since: unusual.since,
        longest: Math.max(unusual.longest, pause),
      },
    };
  }
  const week = Math.floor(now.getTime() / WEEK_MS);
  const recent = Object.fromEntries(
    Object.entries(longest).filter(([number]) => Number(number) > week - WEEKS),
  );
  return { since, lastUse, longest: { ...recent, [week]: Math.max(recent[week] ?? 0, pause) } };
}

/**
 * Returns whether a pause is more than twice as long as usual. A connection that has been in use
 * for less than a week has no usage pattern yet, because it may not include a weekend.
 */
function isUnusual({ since, lastUse, longest }: UsagePattern, pause: number): boolean {
  if (Date.parse(lastUse) - Date.parse(since) < WEEK_MS) return false;
  return pause > Math.max(SHORT_PAUSE_MS, 2 * Math.max(0, ...Object.values(longest)));
}

/**
 * Returns since when a connection is silent: not used for more than twice its longest usual pause
 * of the last weeks, and more than twice its longest unusual pause, which was reported already.
 * @param now milliseconds since the epoch
 * @returns the last use, as RFC 3339; undefined if the connection is not silent
 */
export function silentSince(
  pattern: UsagePattern | undefined,
  now = Date.now(),
): string | undefined {
  if (pattern === undefined) return undefined;
  const pause = now - Date.parse(pattern.lastUse);
  return isUnusual(pattern, pause) && pause > 2 * (pattern.unusual?.longest ?? 0)
    ? pattern.lastUse
    : undefined;
}

/**
 * Returns since when a connection is used only occasionally, which is how an identity provider in
 * quarantine checks whether requests succeed again.
 * @returns the last regular use, as RFC 3339; undefined if the connection is used regularly
 */
export function quarantinedSince({ unusual }: UsagePattern): string | undefined {
  return unusual !== undefined && unusual.count >= 2 ? unusual.since : undefined;
}
