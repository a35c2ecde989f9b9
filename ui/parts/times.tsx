import type { FC } from 'hono/jsx';
import { durationText } from '../duration';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Returns a time relative to the present: `2 minutes ago`, `in 3 days`. @param at RFC 3339 */
export function relativeText(at: string, now = Date.now()): string {
  const milliseconds = Date.parse(at) - now;
  if (Math.abs(milliseconds) < MINUTE) return 'just now';
  const duration = durationText(Math.abs(milliseconds));
  return milliseconds > 0 ? `in ${duration}` : `${duration} ago`;
}

/** A time relative to the present; without one, a dash. */
export const Time: FC<{ readonly at: string | null | undefined }> = ({ at }) =>
  at === undefined || at === null ? (
    <span>–</span>
  ) : (
    <time dateTime={at} title={`${at.slice(0, 16).replace('T', ' ')} UTC`}>
      {relativeText(at)}
    </time>
  );

/** When something was last used. It is recorded once an hour: a shorter time is not exact. */
export const LastUse: FC<{ readonly at: string | null | undefined }> = ({ at }) =>
  at !== undefined && at !== null && Date.now() - Date.parse(at) < HOUR ? (
    <time dateTime={at}>in the last hour</time>
  ) : (
    <Time at={at} />
  );

/** A day: `12 Sep 2026`. */
export const Day: FC<{ readonly at: string }> = ({ at }) => (
  <time dateTime={at}>{dayText(at)}</time>
);

/** Returns a day: `12 Sep 2026`. @param at RFC 3339 */
export function dayText(at: string): string {
  return new Date(at).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
}

/** A time of the day with seconds, which the browser shows in its own time zone. */
export const Clock: FC<{ readonly at: string }> = ({ at }) => (
  <time class="clock" dateTime={at} data-clock="">
    {`${at.slice(11, 19)} UTC`}
  </time>
);

/** A day and a time of the day, which the browser shows in its own time zone. */
export const Moment: FC<{ readonly at: string }> = ({ at }) => (
  <time class="clock" dateTime={at} data-moment="">
    {`${at.slice(5, 16).replace('T', ' ')} UTC`}
  </time>
);

/** Returns a number with separators: `4,210`. */
export function numberText(number: number): string {
  return number.toLocaleString('en-US');
}
