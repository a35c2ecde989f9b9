/* The JSON of the admin API; docs/reference/admin-api.md describes each field. */

/** The settings of a connection that can be changed. */
export interface ConnectionSettings {
  readonly displayName: string;
  /** The application's account that changes are attributed to. @default - none */
  readonly actsAs?: string;
  /** Name of a profile, such as `entra`. @default 'generic' */
  readonly identityProvider?: string;
  /** Whether the record of a user that the identity provider deletes is kept. @default 'retain' */
  readonly userDeletion?: 'retain' | 'erase';
  /** Whether groups are provisioned. @default true */
  readonly groups?: boolean;
  /** Recipients of mails about the connection. @default - the deployment's recipients */
  readonly failureMail?: { readonly recipients: readonly string[] };
  /** Lifetime of tokens, 1 to 3650. @default 365 */
  readonly tokenExpiresInDays?: number;
  /** Rotation of the token on a schedule. @default - none */
  readonly rotation?: { readonly everyDays: number; readonly overlapDays?: number };
  /** @default - 100 requests per second, 400 at once after a pause */
  readonly rateLimit?: { readonly requestsPerSecond: number; readonly burst?: number };
  /** How users that the application has already are found. @default 'off' */
  readonly adoption?: 'off' | 'externalId' | 'userName' | 'verifiedEmail';
  /** Domain names for `verifiedEmail`. @default - none */
  readonly verifiedDomains?: readonly string[];
}

/** The settings of a connection at its creation. */
export interface NewConnectionSettings extends ConnectionSettings {
  /** Lower-case letters, digits and hyphens. @default - a random id */
  readonly id?: string;
  /** Whether a secret in Secrets Manager holds the token. @default true */
  readonly secret?: boolean;
}

/** A change of settings. `null` restores a setting's default (RFC 7396). */
export type ConnectionChange = {
  readonly [Name in keyof ConnectionSettings]?: ConnectionSettings[Name] | null;
} & { readonly enabled?: boolean };

/** A connection, without tokens. */
export interface Connection extends ConnectionSettings {
  readonly id: string;
  readonly identityProvider: string;
  readonly enabled: boolean;
  readonly userDeletion: 'retain' | 'erase';
  readonly groups: boolean;
  readonly tokenExpiresInDays: number;
  readonly secret: boolean;
  /** RFC 3339. */
  readonly createdAt: string;
  /** URNs of the connection's own extensions. */
  readonly schemas: readonly string[];
  /** Missing if the connection has no secret. */
  readonly secretName?: string;
  readonly scimBaseUrl: string;
  /** The stack that declares the connection. */
  readonly declaredBy?: string;
  /** Set while the identity provider uses an earlier token although a new one exists. */
  readonly unusedToken?: {
    readonly id: string;
    readonly createdAt: string;
    readonly usedInstead: string;
    readonly endsAt: string;
  };
}

/** A deleted connection whose data is being removed. */
export interface ConnectionDeletion {
  readonly id: string;
  readonly displayName: string;
  readonly enabled: false;
  readonly deletion: {
    /** RFC 3339. */
    readonly startedAt: string;
    /** Users and groups at the start; missing until they are counted. */
    readonly resources?: number;
    readonly removed: number;
  };
}

/** A token that was just issued. */
export interface NewToken {
  readonly id: string;
  /** It cannot be looked up later, except in the connection's secret. */
  readonly value: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly scopes?: readonly TokenScope[];
}

/** A permission of a token with scopes. */
export type TokenScope = `${'users' | 'groups' | 'resources'}:${'read' | 'read-write'}`;

/** Settings of a new token. */
export interface NewTokenSettings {
  /** How long earlier tokens stay valid, up to a year. @default 0 */
  readonly overlapSeconds?: number;
  /** @default - the connection's `tokenExpiresInDays` */
  readonly expiresInDays?: number;
  /** Makes an additional token, which ends no other. @default - a token for everything */
  readonly scopes?: readonly TokenScope[];
}

/** A new token, and when those before it end. */
export interface IssuedToken extends NewToken {
  readonly earlierTokens: readonly { readonly id: string; readonly endsAt: string }[];
}

/** A token as it is listed. */
export interface Token {
  readonly id: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  readonly state: 'active' | 'pending' | 'ending' | 'expired' | 'revoked' | 'replaced';
  readonly scopes?: readonly TokenScope[];
  readonly endedAt?: string;
}

/** How a connection is used. */
export interface ConnectionUsage {
  /** RFC 3339; accurate to the hour. Missing if it was never used. */
  readonly lastRequestAt?: string;
  /** The last request before an unusually long pause that goes on. */
  readonly silentSince?: string;
  /** The last regular request before the identity provider began to call much less often. */
  readonly quarantinedSince?: string;
  /** The last 14 days, oldest first, in UTC. */
  readonly days: readonly {
    readonly day: string;
    readonly requests: number;
    readonly failures: number;
  }[];
}

/** Filters of the provisioning log. */
export interface LogFilter {
  readonly kind?: LogEntry['kind'];
  readonly action?: ChangeLogEntry['action'];
  /** `failed`, or a status such as `409`. */
  readonly status?: string;
  readonly userName?: string;
  /** Id of a user or group. */
  readonly resource?: string;
  readonly cause?: string;
  readonly scimType?: string;
  /** A date or a time (RFC 3339), included. */
  readonly from?: string;
  /** A date or a time (RFC 3339), not included. */
  readonly to?: string;
}

/** The fields that all entries of the provisioning log have. */
interface Entry<Kind extends string> {
  readonly id: string;
  readonly kind: Kind;
  /** RFC 3339. */
  readonly at: string;
  readonly requestId: string;
}

/** The explanation of a problem, in the identity provider's words. */
interface Explanation {
  readonly cause: string;
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
}

/** A request that was not carried out. */
export interface FailureLogEntry extends Entry<'failure'>, Explanation {
  readonly token?: string;
  readonly actsAs?: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly scimType?: string;
  readonly attribute?: string;
  readonly detail?: string;
  readonly received?: string;
  readonly resourceId?: string;
  /** The user's `userName` or the group's `displayName`. */
  readonly name?: string;
  readonly externalId?: string;
  /** Milliseconds. */
  readonly latency: number;
  /** Failures that the entry stands for. */
  readonly count: number;
}

/** A user or group that a request changed. */
export interface ChangeLogEntry extends Entry<'change'> {
  readonly token: string;
  readonly actsAs?: string;
  readonly action: 'created' | 'changed' | 'deleted' | 'restored';
  readonly resourceType: string;
  readonly resourceId: string;
  /** The user's `userName` or the group's `displayName`. */
  readonly name?: string;
  readonly externalId?: string;
  /** Milliseconds. */
  readonly latency: number;
  readonly changes: readonly {
    readonly attribute: string;
    readonly from?: unknown;
    readonly to?: unknown;
  }[];
  readonly members?: {
    readonly added: number;
    readonly removed: number;
    readonly renamed?: number;
    readonly ids?: readonly string[];
  };
}

/** An attribute that requests send and that users or groups do not have. */
export interface IgnoredLogEntry extends Entry<'ignored'>, Explanation {
  readonly token: string;
  readonly method: string;
  readonly route: string;
  readonly attribute: string;
}

/** A mail about the connection that SES did not accept. */
export interface MailLogEntry extends Entry<'mail'>, Explanation {
  readonly mail: string;
  readonly error: string;
}

/** An entry of the provisioning log. `kind` tells which one it is. */
export type LogEntry = FailureLogEntry | ChangeLogEntry | IgnoredLogEntry | MailLogEntry;

/** Settings of a webhook. */
export interface WebhookSettings {
  readonly url: string;
  readonly description?: string;
  /** Types of events. @default - all */
  readonly types?: readonly string[];
  /** Ids of connections. @default - all */
  readonly connections?: readonly string[];
}

/** A webhook, without its secret. */
export interface Webhook extends Required<WebhookSettings> {
  readonly id: string;
  readonly enabled: boolean;
  readonly disabledReason?: 'operator' | 'gone' | 'failing';
  /** RFC 3339. */
  readonly createdAt: string;
  readonly previousSecretUntil?: string;
  /** Only if a single webhook is read. */
  readonly failingSince?: string;
  readonly lastSuccessAt?: string;
}

/** A new secret of a webhook. */
export interface NewWebhookSecret {
  readonly id: string;
  /** `whsec_…`; it cannot be looked up later. */
  readonly secret: string;
  /** RFC 3339. */
  readonly previousSecretUntil: string;
}

/** An attempt to deliver an event to a webhook. */
export interface Delivery {
  readonly id: string;
  readonly eventId: string;
  readonly type: string;
  readonly subject: string;
  readonly connection: string;
  readonly attempt: number;
  /** RFC 3339. */
  readonly at: string;
  readonly status: 'succeeded' | 'failed';
  readonly statusCode?: number;
  readonly error?: string;
  /** Milliseconds. */
  readonly latency: number;
  /** The first kilobyte. */
  readonly answer?: string;
  readonly nextAttemptAt?: string;
}
