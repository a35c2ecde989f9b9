import type { TokenScope } from '../tokens';

/*
 * A connection accepts more than bearer tokens of this service: clients with secrets (OAuth 2.0
 * client credentials), and tokens of an identity provider that the connection trusts (workload
 * identity federation). Both are part of the connection's item, so that a request reads nothing
 * else, and a client that is removed is refused from the next request on.
 */

/** A secret of a client as stored: only its digest. */
export interface ClientSecret {
  readonly id: string;
  /** SHA-256 of the whole secret, base64url. */
  readonly digest: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** RFC 3339; the secret and the access tokens issued for it are refused from then on. */
  readonly expiresAt: string;
  /** RFC 3339; recorded at most once an hour. */
  readonly lastUsedAt?: string;
}

/** A client that obtains access tokens with its secret (RFC 6749 section 4.4). */
export interface OAuthClient {
  readonly id: string;
  readonly displayName: string;
  /** Undefined for a client that may do everything. */
  readonly scopes?: readonly TokenScope[];
  /** Lifetime of its access tokens. */
  readonly accessTokenSeconds: number;
  /** RFC 3339. */
  readonly createdAt: string;
  /** In the order in which they were created. */
  readonly secrets: readonly ClientSecret[];
}

/** The issuer, tenant and workload whose tokens a connection accepts. */
export interface Trust {
  /** Changes with every change of the trust, which ends the access tokens issued before it. */
  readonly id: string;
  readonly issuer: string;
  readonly tenantId: string;
  /** The workload's object id; undefined for any workload of the tenant. */
  readonly subject?: string;
  readonly audiences: readonly string[];
  /** Undefined for the right to do everything. */
  readonly scopes?: readonly TokenScope[];
  readonly accessTokenSeconds: number;
  /** Whether the stack that declares the connection has set it, not an operator. */
  readonly declared?: true;
  /** RFC 3339. */
  readonly createdAt: string;
  /** RFC 3339; recorded at most once an hour. */
  readonly lastUsedAt?: string;
}

/** The OAuth settings of a connection. */
export interface OAuthSettings {
  /** The key that access tokens are sealed with: 32 random bytes, base64url. */
  readonly key: string;
  readonly clients: readonly OAuthClient[];
  readonly trust?: Trust;
}

/** Lifetimes of access tokens in seconds: Entra ID accepts one to six hours. */
export const ACCESS_TOKEN_SECONDS = { byDefault: 3600, atLeast: 3600, atMost: 21_600 } as const;

/** Lifetimes of secrets in days: Entra ID asks for one to three years. */
export const SECRET_DAYS = { byDefault: 365, atMost: 1096 } as const;

/** The most clients of a connection: every request reads all of them. */
export const MAXIMUM_CLIENTS = 5;

/** The most secrets of a client that have not expired: one, and its replacement. */
export const MAXIMUM_SECRETS = 2;
