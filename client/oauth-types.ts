import type { TokenScope } from './admin-types';

/** Rights and lifetime of access tokens. */
interface AccessSettings {
  /** @default - everything */
  readonly scopes?: readonly TokenScope[];
  /** Lifetime of access tokens: 3,600 to 21,600. @default 3600 */
  readonly accessTokenSeconds?: number;
}

/** Settings of a new OAuth client. */
export interface OAuthClientSettings extends AccessSettings {
  /** @default 'OAuth client' */
  readonly displayName?: string;
  /** Lifetime of its first secret: 1 to 1,096 days. @default 365 */
  readonly expiresInDays?: number;
}

/** An OAuth client of a connection, which exchanges its secret for access tokens. */
export interface OAuthClient extends AccessSettings {
  readonly id: string;
  readonly displayName: string;
  readonly accessTokenSeconds: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly tokenEndpoint: string;
  readonly secrets: readonly OAuthClientSecret[];
}

/** A secret of an OAuth client, without its value. */
export interface OAuthClientSecret {
  readonly id: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly expiresAt: string;
  /** When the secret, or an access token issued for it, was last used; at most an hour old. */
  readonly lastUsedAt: string | null;
  readonly state: 'active' | 'expired';
}

/** A secret that was just created. */
export interface NewOAuthClientSecret {
  readonly id: string;
  /** It cannot be looked up later. */
  readonly value: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** Settings of the trust in an issuer of tokens. */
export interface TrustSettings extends AccessSettings {
  /** `https://login.microsoftonline.com/<tenant id>/v2.0`, or that of another cloud. */
  readonly issuer: string;
  /** @default - the tenant of the issuer */
  readonly tenantId?: string;
  /** The object id of the workload identity. It is required except for a blank Secret Token. */
  readonly subject?: string;
  /** Such as `api://<application id>`. They are required except for a blank Secret Token. */
  readonly audiences?: readonly string[];
}

/** The issuer whose tokens a connection trusts. */
export interface Trust extends TrustSettings {
  /** The id that entries of the log show as `token`. It is new with every other trust. */
  readonly id: string;
  readonly tenantId: string;
  readonly audiences: readonly string[];
  readonly accessTokenSeconds: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly tokenEndpoint: string;
}
