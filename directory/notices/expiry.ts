import { EXPIRY_DAYS } from './notices';
import type { StoredToken } from '../connections/tokens';

const DAY_MS = 86_400_000;

/**
 * Which of the reminders of a token's end is due: the last one whose time has come. One that would have come before the token was issued is
 * not, nor is any for a token that a rotation has put an end to, or that ended more than a day ago.
 */
export function dueReminder(token: StoredToken, now = Date.now()): (typeof EXPIRY_DAYS)[number] | undefined {
  const end = Date.parse(token.expiresAt);
  if (token.replaced === true || now > end + DAY_MS) return undefined;
  const due = [...EXPIRY_DAYS].reverse().find((days) => now >= timeOf(end, days));
  return due !== undefined && timeOf(end, due) > Date.parse(token.createdAt) ? due : undefined;
}

/** Days before its end from which a token counts as one that ends soon. */
const NEAR_DAYS = 7;

/**
 * How many tokens end within a week, or have ended, and nothing has come in their place. One with scopes is one beside the main one, which nothing replaces: it counts until it ends.
 */
export function tokensNearExpiry(tokens: readonly StoredToken[], now = Date.now()): number {
  const soon = new Date(now + NEAR_DAYS * DAY_MS).toISOString();
  const main = tokens.filter(({ scopes, pending }) => scopes === undefined && pending !== true);
  const isCovered = main.some(({ expiresAt }) => expiresAt > soon);
  const beside = tokens.filter(
    ({ scopes, expiresAt }) => scopes !== undefined && expiresAt <= soon && Date.parse(expiresAt) > now,
  );
  return (isCovered || main.length === 0 ? 0 : 1) + beside.length;
}

/** When a reminder's time comes; on the day itself that is when the day begins, in UTC. */
function timeOf(end: number, days: number): number {
  return days === 0 ? Math.floor(end / DAY_MS) * DAY_MS : end - days * DAY_MS;
}
