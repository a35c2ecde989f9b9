/*
 * How often a connection is used, so that it is noticed when it is not any more. It is learned from what is written down of uses anyway, once an hour at most: pauses are known
 * to the hour.
 */

/** What is known of a connection's pauses. */
export interface Rhythm {
  /** RFC 3339: when the connection was used first. */
  readonly since: string;
  /** RFC 3339: when it was used last; up to an hour behind. */
  readonly lastUse: string;
  /** The longest pause of each of the last weeks, in milliseconds, by the number of the week since the epoch. */
  readonly longest: Readonly<Record<string, number>>;
  /** Milliseconds of the pauses that are usual: of late, and each much longer one left out. */
  readonly usual: number;
  /** Pauses in a row, until now, that were much longer. */
  readonly slow: number;
  /** RFC 3339: the last use before them. */
  readonly slowSince?: string;
}

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** Weeks that are remembered. */
const WEEKS = 4;

/** A pause is much longer than usual from so many times on, and from so many milliseconds on. */
const MUCH = 4;
const SLOW_MS = 4 * HOUR_MS;

/** Pauses much longer than usual after which they are what is usual. */
const SETTLED = 30;

/** The rhythm when a use has been added. @param before undefined for the first one */
export function afterUse(before: Rhythm | undefined, now: Date): Rhythm {
  const lastUse = now.toISOString();
  if (before === undefined) return { since: lastUse, lastUse, longest: {}, usual: 0, slow: 0 };
  const pause = Math.max(0, now.getTime() - Date.parse(before.lastUse));
  const week = Math.floor(now.getTime() / WEEK_MS);
  const recent = Object.entries(before.longest).filter(([number]) => Number(number) > week - WEEKS);
  const known = Object.fromEntries(recent);
  const common = { since: before.since, lastUse, longest: { ...known, [week]: Math.max(known[week] ?? 0, pause) } };
  const isSlow = before.usual > 0 && pause >= SLOW_MS && pause >= MUCH * before.usual;
  if (!isSlow || before.slow >= SETTLED) return { ...common, usual: moved(before.usual, pause, isSlow), slow: 0 };
  return { ...common, usual: before.usual, slow: before.slow + 1, slowSince: before.slowSince ?? before.lastUse };
}

/** What is usual, a tenth of the way to the newest pause; there at once when nothing was usual, or it is no more. */
function moved(usual: number, pause: number, isNew: boolean): number {
  return usual === 0 || isNew ? pause : Math.round(usual * 0.9 + pause * 0.1);
}

/** A pause that is reported is at least so long. */
const SILENT_MS = 6 * HOUR_MS;

/**
 * Since when a connection is silent: not used for twice as long as in its longest pause of the last weeks. One that has been used for less than a week has no rhythm yet: it has had no
 * weekend.
 * @returns undefined while it is not silent; the last use as RFC 3339, and its longest pause in milliseconds
 */
export function silenceOf(
  rhythm: Rhythm | undefined,
  now = Date.now(),
): { readonly since: string; readonly longest: number } | undefined {
  if (rhythm === undefined) return undefined;
  const { since, lastUse, longest: byWeek } = rhythm;
  const last = Date.parse(lastUse);
  if (last - Date.parse(since) < WEEK_MS) return undefined;
  const longest = Math.max(HOUR_MS, ...Object.values(byWeek));
  return now - last > Math.max(SILENT_MS, 2 * longest) ? { since: lastUse, longest } : undefined;
}

/**
 * Whether a connection that was used every hour or so is used now and then alone: what an identity provider does that has given up and only tries whether it works again.
 * @returns the last use before it, as RFC 3339
 */
export function slownessOf(rhythm: Rhythm | undefined): string | undefined {
  return rhythm !== undefined && rhythm.slow >= 2 ? rhythm.slowSince : undefined;
}
