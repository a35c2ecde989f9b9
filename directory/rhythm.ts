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
  /** The longest pause of each of the last weeks, in milliseconds, by the number of the week since the epoch. One in which it was silent is none of them. */
  readonly longest: Readonly<Record<string, number>>;
  /** Pauses in a row, until now, in which it was silent. */
  readonly silences: number;
  /** RFC 3339: the last use before them. */
  readonly silentSince?: string;
}

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** Weeks that are remembered. */
const WEEKS = 4;

/** Silences in a row after which they are no silences, but another rhythm. */
const ADOPTED = 3;

/** A pause that is a silence is at least so long. */
const SILENT_MS = 6 * HOUR_MS;

/** The rhythm when a use has been added. @param before undefined for the first one */
export function afterUse(before: Rhythm | undefined, now: Date): Rhythm {
  const lastUse = now.toISOString();
  if (before === undefined) return { since: lastUse, lastUse, longest: {}, silences: 0 };
  const { since, silences, silentSince = before.lastUse } = before;
  if (silenceOf(before, now.getTime()) !== undefined && silences + 1 < ADOPTED) {
    return { since, lastUse, longest: before.longest, silences: silences + 1, silentSince };
  }
  const pause = Math.max(0, now.getTime() - Date.parse(before.lastUse));
  const week = Math.floor(now.getTime() / WEEK_MS);
  const known = Object.fromEntries(Object.entries(before.longest).filter(([number]) => Number(number) > week - WEEKS));
  return { since, lastUse, longest: { ...known, [week]: Math.max(known[week] ?? 0, pause) }, silences: 0 };
}

/**
 * Since when a connection is silent: not used for twice as long as in its longest pause of the last weeks. One that has been used for less than a week has no rhythm yet: it has had no
 * weekend.
 * @param now milliseconds since the epoch
 * @returns the last use, as RFC 3339; undefined while it is not silent
 */
export function silenceOf(rhythm: Rhythm | undefined, now = Date.now()): string | undefined {
  if (rhythm === undefined) return undefined;
  const { since, lastUse, longest } = rhythm;
  const last = Date.parse(lastUse);
  if (last - Date.parse(since) < WEEK_MS) return undefined;
  return now - last > Math.max(SILENT_MS, 2 * Math.max(0, ...Object.values(longest))) ? lastUse : undefined;
}

/**
 * Since when a connection is used now and then alone, between silences: as an identity provider does that has given up and only tries whether it works again.
 * @returns the last use before, as RFC 3339; undefined while it is not
 */
export function triesSince({ silences, silentSince }: Rhythm): string | undefined {
  return silences >= 2 ? silentSince : undefined;
}
