import type { Schema } from '../../scim/schema/attribute';
import type { UsagePattern } from './usage-pattern';
import type { StoredToken } from './tokens';
import type { UserDeletion } from '../users';

/** Where failure mails of a connection go. */
export interface FailureMail {
  /** None when nobody is to be told, not even the deployment's own recipients. */
  readonly recipients: readonly string[];
}

/** When Secrets Manager replaces a connection's token by itself. */
export interface Rotation {
  readonly everyDays: number;
  /** How long the token before works on. */
  readonly overlapDays: number;
}

/** One customer's identity provider: its profile, its settings and the digests of its live tokens. */
export interface Connection {
  /** Lower-case letters, digits and hyphens; part of the base URL and of every key. */
  readonly id: string;
  readonly displayName: string;
  /** The name of a profile of `idp/`. */
  readonly identityProvider: string;
  readonly enabled: boolean;
  readonly userDeletion: UserDeletion;
  /** False for a users-only connection. */
  readonly groups: boolean;
  readonly failureMail?: FailureMail;
  readonly tokenExpiresInDays: number;
  /** Whether a secret of its own holds its main token; without one only the digest is kept. */
  readonly secret: boolean;
  /** Undefined when only administrators rotate. */
  readonly rotation?: Rotation;
  /** What declares it: a stack's custom resource. Undefined for one that an administrator has made. */
  readonly declaredBy?: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** In the order in which they became valid. */
  readonly tokens: readonly StoredToken[];
  /** Digests of the tokens that ended last, so that whoever still uses one can be told. */
  readonly endedTokens?: readonly string[];
  /** Set while failures go on that its recipients were told of: which requests show that they have ended, any that goes well, or only a change. */
  readonly failing?: 'request' | 'change';
  /** How often it is used; undefined until it is. */
  readonly usagePattern?: UsagePattern;
  /** Extensions of its own, beside those of the RFC. */
  readonly schemas: readonly Schema[];
  /** 32 random bytes that its cursors are sealed with, base64url. */
  readonly cursorKey: string;
}

/** What is left of a connection while its data is removed. */
export interface DeletedConnection {
  readonly id: string;
  readonly displayName: string;
  /** RFC 3339. */
  readonly deletedAt: string;
  /** Users and groups that there were. */
  readonly resources: number;
  /** Those of them that are gone. */
  readonly removed: number;
  /** Whether everything is gone, except what a request that began before the deletion may write yet. */
  readonly isEmptied: boolean;
}

/** The form of a connection's id: what a key and a URL can hold without escaping. */
export const CONNECTION_ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
