/*
 * A notice holds what recipients are to be notified about. It is stored first and mailed
 * afterwards, so that it survives a crash and is sent once. Sent notices are kept for a while:
 * their keys prevent the same notice from being made again.
 */

/** Days before a token's end on which recipients are reminded; 0 is the day itself. */
export const EXPIRY_DAYS = [60, 30, 7, 1, 0] as const;
export type ExpiryDays = (typeof EXPIRY_DAYS)[number];

/** When recipients are reminded of an unused new token: days before the end, or half-way. */
export const ADOPTION_REMINDERS = ['half', '3', '1'] as const;
/** One of `ADOPTION_REMINDERS`. */
export type AdoptionReminder = (typeof ADOPTION_REMINDERS)[number];

/**
 * A token or a client's secret ends soon, or a token was replaced on schedule, or is not used
 * although an earlier one ends.
 */
export type TokenNotice = {
  readonly connection: string;
  /** Id of the token or of the secret. */
  readonly token: string;
  /** RFC 3339: when it ends. */
  readonly expiresAt: string;
} & (
  | { readonly kind: 'tokenExpires'; readonly days: ExpiryDays }
  | { readonly kind: 'secretExpires'; readonly days: ExpiryDays; readonly client: string }
  /** The new token is in the secret. `earlierUntil` is when the tokens before it end. */
  | { readonly kind: 'tokenRotated'; readonly earlierUntil: string }
  /** `token` is the new one. The identity provider uses an earlier one, which ends. */
  | {
      readonly kind: 'tokenNotAdopted';
      readonly earlierUntil: string;
      readonly reminder: AdoptionReminder;
    }
);

/** A cause that was reported. */
export interface ReportedCause {
  /** A cause of `idp/explanations`. */
  readonly cause: string;
  readonly attribute?: string;
}

/** Failures with the same cause. */
export interface FailedCause extends ReportedCause {
  /** The status of the answers; 0 for a summary of muted failures. */
  readonly status: number;
  /** A lower bound for the number of failures. */
  readonly count: number;
  /** Names of some of the users or groups concerned. */
  readonly names: readonly string[];
  readonly detail?: string;
  readonly received?: string;
}

/** Requests have failed. */
export interface FailuresNotice {
  readonly kind: 'failures';
  readonly connection: string;
  readonly causes: readonly FailedCause[];
}

/** Requests succeed again. */
export interface RecoveryNotice {
  readonly kind: 'recovered';
  readonly connection: string;
  /** RFC 3339: when the failures started. */
  readonly since: string;
  /** The causes that were reported within the last day. */
  readonly causes: readonly ReportedCause[];
}

/** A connection is used less than its usage pattern explains. */
export interface UsageNotice {
  /** `quarantined`: used only now and then, by an identity provider that has given up. */
  readonly kind: 'silent' | 'quarantined';
  readonly connection: string;
  /** RFC 3339: the last regular use. */
  readonly since: string;
}

/** An alarm of the deployment was raised, or is over. */
export interface AlarmNotice {
  readonly kind: 'alarm';
  /** The alarm's name in CloudWatch. */
  readonly alarm: string;
  readonly isOver: boolean;
  /** The alarm's description. */
  readonly meaning: string;
  /** CloudWatch's reason for the state. */
  readonly reason: string;
  /** RFC 3339. */
  readonly at: string;
}

/** A webhook endpoint does not accept events, or the receiver of a stream no tokens. */
export interface WebhookNotice {
  readonly kind: 'webhook';
  /** Id of the endpoint or stream. */
  readonly webhook: string;
  /** Whether it is a stream of security event tokens. */
  readonly isStream: boolean;
  /** Host name of the endpoint or receiver. */
  readonly host: string;
  readonly state: 'failing' | 'failingForADay' | 'disabledAsGone' | 'disabledAsFailing';
  /** RFC 3339: since when nothing was accepted. */
  readonly since: string;
}

/** A notice for the recipients of the deployment. */
export type DeploymentNotice = AlarmNotice | WebhookNotice;

/** A notice for the recipients of a connection. */
export type ConnectionNotice = TokenNotice | FailuresNotice | RecoveryNotice | UsageNotice;

export type Notice = ConnectionNotice | DeploymentNotice;
