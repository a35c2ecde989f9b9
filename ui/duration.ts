const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Returns a duration in words: `3 days`, `1 hour`. @param milliseconds */
export function durationText(milliseconds: number): string {
  const [unit, size] =
    milliseconds >= DAY
      ? (['day', DAY] as const)
      : milliseconds >= HOUR
        ? (['hour', HOUR] as const)
        : (['minute', MINUTE] as const);
  const number = Math.max(1, Math.round(milliseconds / size));
  return `${number} ${unit}${number === 1 ? '' : 's'}`;
}
