import type { SetupFacts } from '../idp/setup-check/setup-facts';

/* JSON of the calls that only pages make, as the function `admin` returns it. */

/** Purpose of a setup link, which decides what its session may do. */
export type PortalIntent = 'setup' | 'rotate' | 'log';

/** A visitor's session. */
export type SessionInfo =
  | {
      readonly audience: 'portal';
      readonly connectionId: string;
      readonly connectionName: string;
      readonly intent: PortalIntent;
      readonly returnUrl?: string;
      /** RFC 3339. */
      readonly startedAt: string;
      readonly expiresAt: string;
    }
  | { readonly audience: 'console'; readonly actor: string; readonly expiresAt: string };

/** A link before it is opened. */
export interface LinkInfo {
  readonly connectionName: string;
  readonly intent: PortalIntent;
}

/** Health of a connection. `text` is a short label. */
export interface Health {
  readonly state: 'ok' | 'warning' | 'bad' | 'idle';
  readonly text: string;
}

/** A connection in the console's list. */
export interface ConnectionRow {
  readonly id: string;
  readonly displayName: string;
  /** Missing while the connection is being deleted. */
  readonly identityProvider?: string;
  readonly health: Health;
  readonly users?: number;
  /** RFC 3339, at most an hour before the actual last request. */
  readonly lastRequestAt?: string;
}

/** A page of the console's list. */
export interface ConnectionList {
  readonly connections: readonly ConnectionRow[];
  /** Connections that match the search; missing if there are too many to count. */
  readonly total?: number;
  /** Number of these that need attention; missing if `total` is. */
  readonly needAttention?: number;
  readonly nextCursor?: string;
}

/** A connection as pages show it. */
export interface ConnectionInfo {
  readonly id: string;
  readonly displayName: string;
  readonly identityProvider: string;
  readonly enabled: boolean;
  /** Whether the connection takes groups. */
  readonly groups: boolean;
  /** Whether a stack declares the connection; its settings are then changed in the stack. */
  readonly isDeclared: boolean;
  readonly scimBaseUrl: string;
  readonly createdAt: string;
  readonly health: Health;
  readonly users: number;
  readonly groupCount: number;
  readonly lastRequestAt?: string;
  /** Id of the latest main token, which the form for a new one sends back; empty without one. */
  readonly latestToken: string;
  /** Set while the identity provider uses an earlier token although there is a new one. */
  readonly oldTokenEndsAt?: string;
  /** The connection's own attributes, by schema. */
  readonly schemas: readonly { readonly id: string; readonly attributes: readonly string[] }[];
}

/** The requests of one day. */
export interface DayInfo {
  readonly day: string;
  readonly requests: number;
  readonly failures: number;
}

/** Failures of one cause. */
export interface CauseInfo {
  readonly cause: string;
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly requests: number;
  /** Some of the users and groups concerned. */
  readonly names: readonly string[];
  /** Number of users and groups concerned. */
  readonly subjects: number;
}

/** An event, as applications receive it. */
export interface EventInfo {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A page of events, newest first. */
export interface EventPage {
  readonly events: readonly EventInfo[];
  readonly nextCursor?: string;
}

/** A request that arrived while the connection was set up. */
export interface SetupRequest extends SetupFacts {
  readonly id: string;
}

/** An OAuth client of a connection, with its secrets. */
export interface OAuthClientInfo {
  readonly id: string;
  readonly displayName: string;
  readonly scopes?: readonly string[];
  readonly secrets: readonly {
    readonly id: string;
    readonly expiresAt: string;
    readonly lastUsedAt: string | null;
    readonly state: 'active' | 'expired';
  }[];
}

/** A client's secret that was just created, with its value. */
export interface NewSecret {
  readonly id: string;
  readonly value: string;
  readonly expiresAt: string;
}

/** An OAuth client that was just created, with its first secret. */
export type NewOAuthClient = OAuthClientInfo & { readonly secret: NewSecret };

/** The issuer whose tokens a connection trusts. */
export interface TrustInfo {
  readonly issuer: string;
  readonly subject?: string;
  readonly audiences: readonly string[];
  readonly lastUsedAt: string | null;
  readonly tokenEndpoint: string;
}

/** The short-lived credentials of a connection, as far as the visitor manages them. */
export interface OAuthInfo {
  readonly clients: readonly OAuthClientInfo[];
  readonly trust?: TrustInfo;
  /** Whether only operators change the trust. */
  readonly isTrustFixed: boolean;
  readonly tokenEndpoint: string;
  /** Id of the secret that was created last; empty if there is none. */
  readonly latestSecret: string;
}
