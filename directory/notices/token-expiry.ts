import type { Connection } from '../connections/connection';
import { mainCredentials } from '../connections/oauth/clients';
import type { ClientSecret, OAuthClient } from '../connections/oauth/oauth-settings';
import type { StoredToken } from '../connections/tokens';
import { ADOPTION_REMINDERS, EXPIRY_DAYS, type AdoptionReminder, type ExpiryDays } from './notice';

const DAY_MS = 86_400_000;

/** A token that ends within this many days counts as ending soon. */
const NEAR_DAYS = 7;

/**
 * Returns the reminder of a token's end that is due: the latest one whose time has come. Reminders
 * from before the token was issued are skipped, and so are tokens that a rotation has ended or that
 * ended more than a day ago.
 */
export function dueReminder(
  token: Pick<StoredToken, 'createdAt' | 'expiresAt' | 'replaced'>,
  now = Date.now(),
): ExpiryDays | undefined {
  const end = Date.parse(token.expiresAt);
  if (token.replaced === true || now > end + DAY_MS) return undefined;
  const due = [...EXPIRY_DAYS].reverse().find((days) => now >= reminderTime(end, days));
  const isAfterIssue = due !== undefined && reminderTime(end, due) > Date.parse(token.createdAt);
  return isAfterIssue ? due : undefined;
}

/**
 * Counts the tokens that end within a week, or have ended, without a replacement, and those whose
 * replacement is not used at half of the overlap. Tokens with scopes are not replaced by the main
 * token; they count until they end.
 */
export function tokensNearExpiry(tokens: readonly StoredToken[], now = Date.now()): number {
  const soon = new Date(now + NEAR_DAYS * DAY_MS).toISOString();
  const main = tokens.filter(({ scopes, pending }) => scopes === undefined && pending !== true);
  const isCovered = main.length === 0 || main.some(({ expiresAt }) => expiresAt > soon);
  const scoped = tokens.filter(
    ({ scopes, expiresAt }) =>
      scopes !== undefined && expiresAt <= soon && Date.parse(expiresAt) > now,
  );
  const unadopted = unadoptedToken(tokens, now);
  const isLate = unadopted !== undefined && dueAdoption(unadopted, now) !== undefined;
  return (isCovered && !isLate ? 0 : 1) + scoped.length;
}

/**
 * Returns the tokens whose end matters. If the identity provider has gone over to OAuth, its main
 * tokens are left over: they have not been used for a week before the latest use of a client or a
 * trust that may do everything.
 */
export function neededTokens(connection: CredentialSettings): readonly StoredToken[] {
  const { tokens } = connection;
  const latest = latestUse(mainCredentials(connection));
  if (latest === '') return tokens;
  const since = new Date(Date.parse(latest) - NEAR_DAYS * DAY_MS).toISOString();
  const isMainUsed = tokens.some(
    ({ scopes, lastUsedAt = '' }) => scopes === undefined && lastUsedAt > since,
  );
  return isMainUsed ? tokens : tokens.filter(({ scopes }) => scopes !== undefined);
}

/** Returns the time of the latest use, RFC 3339; empty if there is none. */
function latestUse(credentials: readonly { readonly lastUsedAt?: string }[]): string {
  const uses = credentials.map(({ lastUsedAt = '' }) => lastUsedAt);
  return uses.sort().at(-1) ?? '';
}

/** The credentials of a connection. */
type CredentialSettings = Pick<Connection, 'tokens' | 'oauth'>;

/** A secret that nothing replaces yet, with its client. */
export interface LatestSecret {
  readonly client: OAuthClient;
  readonly secret: ClientSecret;
}

/** Returns the secret of each client that ends last: with it, the client loses its access. */
export function latestSecrets({ oauth }: CredentialSettings): readonly LatestSecret[] {
  return (oauth?.clients ?? []).flatMap((client) => {
    const secret = [...client.secrets].sort((a, b) => (a.expiresAt < b.expiresAt ? 1 : -1))[0];
    return secret === undefined ? [] : [{ client, secret }];
  });
}

/**
 * Counts the secrets without a replacement that end within a week, or that have ended although they
 * were in use a week before. An ended one counts until another credential is used in its place.
 */
export function secretsNearExpiry(connection: CredentialSettings, now = Date.now()): number {
  const main = connection.tokens.filter(({ scopes }) => scopes === undefined);
  const latest = latestUse([...main, ...mainCredentials(connection)]);
  return latestSecrets(connection).filter(({ secret: { expiresAt, lastUsedAt } }) => {
    const end = Date.parse(expiresAt);
    const near = end - NEAR_DAYS * DAY_MS;
    const wasInUse = lastUsedAt !== undefined && Date.parse(lastUsedAt) >= near;
    return near <= now && (end > now || (wasInUse && latest <= expiresAt));
  }).length;
}

/** The reminder on the day itself is due when the day starts, in UTC. */
function reminderTime(end: number, days: number): number {
  return days === 0 ? Math.floor(end / DAY_MS) * DAY_MS : end - days * DAY_MS;
}

/** A new token that is not used, while the identity provider goes on using an earlier one. */
export interface UnadoptedToken {
  /** Id of the new token. */
  readonly id: string;
  /** RFC 3339: when it was issued. */
  readonly createdAt: string;
  /** Id of the earlier token. */
  readonly earlier: string;
  /** RFC 3339: when the earlier token ends, and with it the access. */
  readonly earlierUntil: string;
}

/** Returns the current token if nobody uses it, while an earlier one is used in its overlap. */
export function unadoptedToken(
  tokens: readonly StoredToken[],
  now = Date.now(),
): UnadoptedToken | undefined {
  const main = tokens.filter(({ scopes, pending }) => scopes === undefined && pending !== true);
  const current = main.find(({ replaced }) => replaced !== true);
  if (current === undefined || current.lastUsedAt !== undefined) return undefined;
  const { id, createdAt } = current;
  const [earlier] = main
    .filter(
      ({ replaced, expiresAt, lastUsedAt = '' }) =>
        replaced === true && Date.parse(expiresAt) > now && lastUsedAt > createdAt,
    )
    .sort((a, b) => (a.expiresAt < b.expiresAt ? 1 : -1));
  if (earlier === undefined) return undefined;
  return { id, createdAt, earlier: earlier.id, earlierUntil: earlier.expiresAt };
}

/**
 * Returns the reminder of an unadopted token that is due: at half of the overlap, and three days
 * and one day before its end.
 */
export function dueAdoption(
  { createdAt, earlierUntil }: UnadoptedToken,
  now = Date.now(),
): AdoptionReminder | undefined {
  const [start, end] = [Date.parse(createdAt), Date.parse(earlierUntil)];
  const times: Readonly<Record<AdoptionReminder, number>> = {
    half: start + (end - start) / 2,
    '3': end - 3 * DAY_MS,
    '1': end - DAY_MS,
  };
  const due = ADOPTION_REMINDERS.filter((each) => times[each] > start && times[each] <= now);
  return due.sort((a, b) => times[b] - times[a])[0];
}
