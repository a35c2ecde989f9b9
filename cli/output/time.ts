/** The units of a duration with their length in seconds, longest first. */
const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

const FORMAT = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/**
 * Returns a time in relation to now, such as `3 days ago` or `in 2 hours`.
 * @param time RFC 3339
 * @param now milliseconds since 1970
 */
export function relativeTime(time: string, now: number): string {
  const seconds = Math.round((Date.parse(time) - now) / 1000);
  if (seconds === 0) return 'just now';
  const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
  return FORMAT.format(Math.trunc(seconds / length), unit);
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Reads a duration such as `90s`, `30m`, `12h` or `7d`. @returns seconds; undefined if invalid */
export function durationSeconds(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const entry = Object.entries(SECONDS).find(([name]) => name === unit);
  return entry === undefined ? undefined : Number(digits) * entry[1];
}
