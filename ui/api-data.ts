import type { JsonObject } from '../scim/json';
import type { PortalIntent } from './data';

/* The JSON of the admin and application APIs, as far as pages read it; docs/reference has all. */

/** A token of a connection, without its value. */
export interface TokenInfo {
  readonly id: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  readonly state: 'active' | 'pending' | 'ending' | 'expired' | 'revoked' | 'replaced';
  readonly scopes?: readonly string[];
  readonly endedAt?: string;
}

/** A token that was just issued, with its value. */
export interface NewToken {
  readonly id: string;
  readonly value: string;
  readonly expiresAt: string;
  readonly earlierTokens: readonly { readonly id: string; readonly endsAt: string }[];
}

/** An entry of the provisioning log. */
export interface LogEntry {
  readonly id: string;
  readonly at: string;
  readonly kind: 'failure' | 'change' | 'ignored' | 'mail';
  readonly name?: string;
  readonly resourceType?: string;
  readonly resourceId?: string;
  readonly action?: string;
  readonly method?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly title?: string;
  readonly meaning?: string;
  readonly remedy?: string;
  readonly changes?: readonly {
    readonly attribute: string;
    readonly from?: unknown;
    readonly to?: unknown;
  }[];
  readonly members?: { readonly added: number; readonly removed: number };
  readonly count?: number;
}

/** A page of the provisioning log. */
export interface LogPage {
  readonly requests: readonly LogEntry[];
  readonly nextCursor?: string;
}

/** The profile of a user, as the application sees it. */
export interface UserInfo {
  readonly id: string;
  readonly externalId?: string;
  readonly userName?: string;
  readonly email?: string;
  readonly displayName?: string;
  readonly active: boolean;
  readonly roles: readonly string[];
  readonly custom: Readonly<Record<string, string>>;
  readonly deletedAt?: string;
  readonly scim: JsonObject;
  readonly [field: string]: unknown;
}

/** A page of users. */
export interface UserPage {
  readonly users: readonly UserInfo[];
  readonly nextCursor?: string;
}

/** A group. */
export interface GroupInfo {
  readonly id: string;
  readonly displayName?: string;
  readonly externalId?: string;
  readonly memberCount: number;
  readonly scim: JsonObject;
}

/** A page of groups. */
export interface GroupPage {
  readonly groups: readonly GroupInfo[];
  readonly nextCursor?: string;
}

/** A page of a group's members. */
export interface MemberPage {
  readonly members: readonly {
    readonly id: string;
    readonly type: 'User' | 'Group';
    readonly display?: string;
  }[];
  readonly nextCursor?: string;
}

/** A resource type in addition to users and groups. */
export interface ResourceTypeInfo {
  readonly name: string;
  readonly endpoint: string;
  readonly description: string;
  /** The URN of its core schema. */
  readonly schema: string;
  readonly managedBy: 'client' | 'application';
  readonly assignedAs?: 'roles' | 'entitlements';
  readonly assignments?: 'lenient' | 'strict';
  /** Whether the stack declares it for all connections. */
  readonly isDeclared: boolean;
  /** How many resources the connection has. */
  readonly count: number;
}

/** A resource of such a type. */
export interface ResourceInfo {
  readonly id: string;
  readonly displayName?: string;
  readonly externalId?: string;
  readonly scim: JsonObject;
}

/** A page of resources. */
export interface ResourcePage {
  readonly resources: readonly ResourceInfo[];
  readonly nextCursor?: string;
}

/** A setup link, as the console lists it. */
export interface PortalLinkInfo {
  readonly id: string;
  readonly intent: PortalIntent;
  readonly recipient?: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly openedAt?: string;
  readonly state: 'unused' | 'opened' | 'expired' | 'revoked';
}

/** A page of setup links. */
export interface PortalLinkPage {
  readonly portalLinks: readonly PortalLinkInfo[];
  readonly nextCursor?: string;
}

/** A page of the audit log. */
export interface AuditPage {
  readonly acts: readonly AuditInfo[];
  readonly nextCursor?: string;
}

/** An action in the audit log. */
export interface AuditInfo {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** A webhook endpoint. */
export interface WebhookInfo {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  readonly types: readonly string[];
  readonly connections: readonly string[];
  readonly enabled: boolean;
  readonly disabledReason?: string;
  readonly createdAt: string;
  readonly failingSince?: string;
  readonly lastSuccessAt?: string;
  readonly previousSecretUntil?: string;
}

/** A delivery of an event to a webhook endpoint. */
export interface DeliveryInfo {
  readonly id: string;
  readonly eventId: string;
  readonly type: string;
  readonly subject?: string;
  readonly connection: string;
  readonly at: string;
  readonly status: 'succeeded' | 'failed';
  readonly statusCode?: number;
  /** Why there was no answer. */
  readonly error?: string;
  /** The beginning of the answer. */
  readonly answer?: string;
  readonly attempt: number;
  /** Milliseconds. */
  readonly latency: number;
  readonly nextAttemptAt?: string;
}

/** A page of deliveries. */
export interface DeliveryPage {
  readonly deliveries: readonly DeliveryInfo[];
  readonly nextCursor?: string;
}

/** The effect that a mapping or role rules would have. */
export interface DryRun {
  readonly users: number;
  readonly affected: number;
  /** Whether all users were compared. */
  readonly isComplete: boolean;
  readonly changes: readonly {
    readonly userId: string;
    readonly userName?: string;
    readonly gained?: readonly string[];
    readonly lost?: readonly string[];
    readonly before?: Readonly<Record<string, unknown>>;
    readonly after?: Readonly<Record<string, unknown>>;
  }[];
}

/** A user that could not adopt a user of the application, because several match. */
export interface ConflictInfo {
  readonly at: string;
  readonly userName: string;
  readonly externalId?: string;
  readonly applicationIds: readonly string[];
}

/** Why a conversion leaves a user alone. */
export type ConflictReason = 'noAddress' | 'addressTaken' | 'changedSince' | 'refused';

/** A conversion of user names to email addresses. */
export interface UserNameConversion {
  readonly id: string;
  readonly to: 'emails.work' | 'emails.primary';
  readonly state:
    | 'checking'
    | 'checked'
    | 'converting'
    | 'converted'
    | 'undoing'
    | 'undone'
    | 'closing'
    | 'closed';
  readonly startedAt: string;
  readonly users: number;
  readonly converted: number;
  readonly conflictCount: number;
  readonly conflicts?: readonly {
    readonly userId: string;
    readonly userName?: string;
    readonly reason: ConflictReason;
    readonly address?: string;
  }[];
}

/** Settings of a connection that the console changes. */
export interface ConnectionSettings {
  readonly id: string;
  readonly displayName: string;
  readonly actsAs?: string;
  readonly identityProvider: string;
  readonly enabled: boolean;
  readonly userDeletion: 'retain' | 'erase';
  readonly groups: boolean;
  readonly adoption: string;
  readonly verifiedDomains?: readonly string[];
  readonly failureMail?: { readonly recipients: readonly string[] };
  readonly tokenExpiresInDays: number;
  readonly declaredBy?: string;
}
