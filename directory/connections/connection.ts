import type { Schema } from '../../scim/schema/attribute';
import type { CustomTypes } from '../../scim/schema/custom-type';
import type { UserDeletion } from '../users';
import type { Adoption } from '../candidates';
import type { MappingRow, RoleRule } from './mapping';
import type { OAuthSettings } from './oauth/oauth-settings';
import type { StoredToken } from './tokens';
import type { UsagePattern } from './usage-pattern';

/** The recipients of a connection's mails. They replace the deployment's recipients. */
export interface FailureMail {
  /** Empty if no mails are sent, not even to the deployment's recipients. */
  readonly recipients: readonly string[];
}

/** The schedule on which Secrets Manager rotates a connection's main token. */
export interface Rotation {
  readonly everyDays: number;
  /** How long the earlier tokens stay valid after a rotation. */
  readonly overlapDays: number;
}

/** How many requests a connection may send: a token bucket. */
export interface RateLimit {
  readonly requestsPerSecond: number;
  /** Requests that may come at once after a pause. @default - those of four seconds */
  readonly burst?: number;
}

/** The schemas and resource types of a connection, in addition to those of RFC 7643. */
export interface ConnectionSchemas extends CustomTypes {
  /** Extensions of users and groups. */
  readonly schemas: readonly Schema[];
}

/** One customer's identity provider: its profile, settings and tokens. */
export interface Connection extends Adoption, ConnectionSchemas {
  /** Lower-case letters, digits and hyphens; part of the base URL and of every key. */
  readonly id: string;
  readonly displayName: string;
  /** The application's account that changes are attributed to: its id or any other text. */
  readonly actsAs?: string;
  /** Name of a profile in `idp/profiles`. */
  readonly identityProvider: string;
  readonly enabled: boolean;
  readonly userDeletion: UserDeletion;
  /** Whether the connection has groups; false for users only. */
  readonly groups: boolean;
  readonly failureMail?: FailureMail;
  readonly tokenExpiresInDays: number;
  /** Whether a secret in Secrets Manager holds the main token; otherwise only its digest exists. */
  readonly secret: boolean;
  /** Undefined if only operators rotate the token. */
  readonly rotation?: Rotation;
  /** Undefined for the deployment's default. */
  readonly rateLimit?: RateLimit;
  /** The custom resource that declares the connection; undefined if an operator created it. */
  readonly declaredBy?: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** In the order in which they became valid; expired ones are dropped later. */
  readonly tokens: readonly StoredToken[];
  /** Digests of the latest ended tokens. A request with one of them is logged as a failure. */
  readonly endedTokens?: readonly string[];
  /** Clients and issuers whose access tokens are accepted, too; undefined if there are none. */
  readonly oauth?: OAuthSettings;
  /**
   * Set while reported failures continue: which requests show that they are over. `request` means
   * any successful request, `change` only a successful change.
   */
  readonly failing?: 'request' | 'change';
  /** Undefined until the connection is used for the first time. */
  readonly usagePattern?: UsagePattern;
  /** End of the latest setup session in the portal (RFC 3339). */
  readonly setupUntil?: string;
  /** Names the item that holds the schemas and types; undefined if there are none. */
  readonly schemasVersion?: string | undefined;
  /** How users appear to the application, in addition to the default mapping. */
  readonly mapping: readonly MappingRow[];
  readonly roleRules: readonly RoleRule[];
  /**
   * Whether the inverse index lists no membership that a release before 0.3.0 wrote: a member's
   * groups are in its group list.
   */
  readonly membershipsConverted: boolean;
  /**
   * Whether resources were imported, so that an id may be older than the connection. @default false
   */
  readonly hasImports?: boolean;
  /**
   * Changes with the name of any group, and with the groups that a group is in: cached groups are
   * valid as long as this stays the same. Undefined until the first such change.
   */
  readonly groupsVersion?: string;
  /** The key that seals paging cursors: 32 random bytes, base64url. */
  readonly cursorKey: string;
}

/** A deleted connection whose data is being purged. */
export interface DeletedConnection {
  readonly id: string;
  readonly displayName: string;
  /** RFC 3339. */
  readonly deletedAt: string;
  /** Users and groups at the time of the deletion. */
  readonly resources: number;
  /** Users and groups removed so far. */
  readonly removed: number;
  /** Whether all data is removed, except what requests from before the deletion may still write. */
  readonly isEmptied: boolean;
}

/** The format of a connection's id, which needs no escaping in keys and URLs. */
export const CONNECTION_ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
