import type { StoredToken } from '../connections/tokens';
import { EXPIRY_DAYS, type ExpiryDays } from './notice';

const DAY_MS = 86_400_000;

/** A token that ends within this many days counts as ending soon. */
const NEAR_DAYS = 7;

/**
 * Returns the reminder of a token's end that is due: the latest one whose time has come. Reminders
 * from before the token was issued are skipped, and so are tokens that a rotation has ended or that
 * ended more than a day ago.
 */
export function dueReminder(token: StoredToken, now = Date.now()): ExpiryDays | undefined {
  const end = Date.parse(token.expiresAt);
  if (token.replaced === true || now > end + DAY_MS) return undefined;
  const due = [...EXPIRY_DAYS].reverse().find((days) => now >= reminderTime(end, days));
  const isAfterIssue = due !== undefined && reminderTime(end, due) > Date.parse(token.createdAt);
  return isAfterIssue ? due : undefined;
}

/**
 * Counts the tokens that end within a week, or have ended, without a replacement. Tokens with
 * scopes are not replaced by the main token; they count until they end.
 */
export function tokensNearExpiry(tokens: readonly StoredToken[], now = Date.now()): number {
  const soon = new Date(now + NEAR_DAYS * DAY_MS).toISOString();
  const main = tokens.filter(({ scopes, pending }) => scopes === undefined && pending !== true);
  const isCovered = main.length === 0 || main.some(({ expiresAt }) => expiresAt > soon);
  const scoped = tokens.filter(
    ({ scopes, expiresAt }) =>
      scopes !== undefined && expiresAt <= soon && Date.parse(expiresAt) > now,
  );
  return (isCovered ? 0 : 1) + scoped.length;
}

/** The reminder on the day itself is due when the day starts, in UTC. */
function reminderTime(end: number, days: number): number {
  return days === 0 ? Math.floor(end / DAY_MS) * DAY_MS : end - days * DAY_MS;
}
