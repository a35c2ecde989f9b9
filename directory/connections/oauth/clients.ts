import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Connection } from '../connection';
import { digestOf, isLive } from '../tokens';
import type { ClientSecret, OAuthClient, OAuthSettings, Trust } from './oauth-settings';

/** A new secret with its value, which the table does not store. */
export interface IssuedSecret extends ClientSecret {
  readonly value: string;
}

/** Returns the id of a new client: 16 hexadecimal digits. */
export function newClientId(): string {
  return randomBytes(8).toString('hex');
}

// Its prefix is not that of a bearer token, so that neither is mistaken for the other.
const SECRET = /^scimsecret_([0-9a-f]{10})_[A-Za-z0-9_-]{43}$/;

/**
 * Creates a secret: `scimsecret_<secret id>_<secret>`. It has 256 random bits, so its digest can be
 * stored without salt or key stretching, and no character that a form or a header would escape.
 */
export function issueSecret(expiresInDays: number, now = new Date()): IssuedSecret {
  const id = randomBytes(5).toString('hex');
  const value = `scimsecret_${id}_${randomBytes(32).toString('base64url')}`;
  return {
    id,
    value,
    digest: digestOf(value),
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + expiresInDays * 86_400_000).toISOString(),
  };
}

/** A secret that belongs to a client, perhaps an expired one, or the reason why none does. */
export type SecretMatch =
  | { readonly secret: ClientSecret }
  | { readonly problem: 'notASecret' | 'unknownSecret' | 'wrongSecret' };

/** Finds the secret of a client that matches a presented one, comparing in constant time. */
export function matchSecret(
  { secrets }: Pick<OAuthClient, 'secrets'>,
  presented: string,
): SecretMatch {
  const [, id] = SECRET.exec(presented) ?? [];
  if (id === undefined) return { problem: 'notASecret' };
  const secret = secrets.find((each) => each.id === id);
  // Compare even if there is no such secret, so that the time does not reveal whether it exists.
  const expected = Buffer.from(secret?.digest ?? digestOf(''), 'base64url');
  const isEqual = timingSafeEqual(expected, Buffer.from(digestOf(presented), 'base64url'));
  if (secret === undefined) return { problem: 'unknownSecret' };
  if (!isEqual) return { problem: 'wrongSecret' };
  return { secret };
}

/** Returns the client's secrets that have not expired. */
export function liveSecrets({ secrets }: OAuthClient, now = new Date()): readonly ClientSecret[] {
  return secrets.filter((secret) => isLive(secret, now));
}

/** Returns the secrets and the trust that may do everything. */
export function mainCredentials({
  oauth,
}: Pick<Connection, 'oauth'>): readonly (ClientSecret | Trust)[] {
  const { clients = [], trust } = oauth ?? {};
  return [
    ...clients.flatMap(({ scopes, secrets }) => (scopes === undefined ? secrets : [])),
    ...(trust === undefined || trust.scopes !== undefined ? [] : [trust]),
  ];
}

/** Returns the id of the secret that was created last, of all clients; empty if there is none. */
export function latestSecretId(clients: readonly OAuthClient[]): string {
  const secrets = clients.flatMap((client) => client.secrets);
  return [...secrets].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0]?.id ?? '';
}

/**
 * Returns a connection with other clients, or with another trust. The key comes with the first of
 * them and goes with the last, so that no access token outlives them.
 */
export function withOAuth(
  { oauth, ...connection }: Connection,
  {
    clients,
    trust,
  }: { readonly clients: OAuthSettings['clients']; readonly trust?: Trust | undefined },
): Connection {
  if (clients.length === 0 && trust === undefined) return connection;
  const key = oauth?.key ?? randomBytes(32).toString('base64url');
  return { ...connection, oauth: { key, clients, ...(trust === undefined ? {} : { trust }) } };
}
