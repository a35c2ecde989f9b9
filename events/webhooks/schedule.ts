const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Time between the attempts of a delivery, in milliseconds, as Standard Webhooks recommends. */
const DELAYS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** Part of a delay by which it varies, so that endpoints are not called at the same time. */
const JITTER = 0.1;

/** Longest delay that an endpoint can ask for with `Retry-After`. */
const LONGEST_RETRY_AFTER = 24 * HOUR;

/** An endpoint that accepts nothing for this long is disabled. */
export const DISABLED_AFTER_MS = 120 * HOUR;

/**
 * Returns when a delivery is attempted again, in milliseconds since the epoch.
 * @param attempts that failed, at least one
 * @param retryAfter seconds that the endpoint asked for
 * @returns undefined after the last attempt
 */
export function nextAttempt(
  attempts: number,
  now: number,
  retryAfter?: number,
): number | undefined {
  const delay = DELAYS[attempts - 1];
  if (delay === undefined) return undefined;
  const varied = delay * (1 + JITTER * (Math.random() * 2 - 1));
  const asked = Math.min(LONGEST_RETRY_AFTER, (retryAfter ?? 0) * SECOND);
  return Math.round(now + Math.max(varied, asked));
}

/** Returns when an endpoint that is down is tried again: at the pace of a delivery, for good. */
export function nextProbe(attempts: number, now: number): number {
  return nextAttempt(Math.min(attempts, DELAYS.length), now) ?? now + HOUR;
}
