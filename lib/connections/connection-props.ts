import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { TrustProps } from './trust-props';

/**
 * Identity provider of a connection.
 *
 * It selects the profile, which accepts that provider's deviations from the RFCs.
 */
export enum IdentityProvider {
  /** Microsoft Entra ID. */
  ENTRA = 'entra',
  /** Okta. */
  OKTA = 'okta',
  /** JumpCloud. */
  JUMPCLOUD = 'jumpcloud',
  /** OneLogin. */
  ONELOGIN = 'onelogin',
  /** Google Workspace. */
  GOOGLE = 'google',
  /** PingOne and PingFederate. */
  PING = 'ping',
  /** Any other identity provider. Accepts every deviation that clients are known for. */
  GENERIC = 'generic',
  /** RFC 7643 and RFC 7644 to the letter. Rejects every deviation. */
  RFC = 'rfc',
}

/** Policy for users that the identity provider deletes. */
export enum UserDeletion {
  /**
   * Keeps the user, deactivated.
   *
   * When the identity provider creates the user again, it is revived under the same id.
   */
  RETAIN = 'retain',
  /** Deletes all data of the user. */
  ERASE = 'erase',
}

/** Limit of a connection's requests. */
export interface RateLimitProps {
  /** Requests per second on average: 1 to 10000. */
  readonly requestsPerSecond: number;

  /**
   * Requests that may come at once after a pause: 1 to 40000.
   *
   * @default - the requests of four seconds
   */
  readonly burst?: number;
}

/** Schedule on which Secrets Manager rotates a connection's token. */
export interface TokenRotationProps {
  /** Time between rotations: 1 to 1000 whole days. */
  readonly every: Duration;

  /**
   * How long the previous token stays valid after a rotation.
   *
   * This is the time to paste the new token into the identity provider: 0 to 365 whole days, and
   * less than `every`.
   *
   * @default Duration.days(7)
   */
  readonly overlap?: Duration;
}

/**
 * A connection that is created when the stack is deployed.
 *
 * Its settings can also be changed through the admin API. Such changes last until the declaration
 * changes.
 */
export interface ConnectionProps {
  /**
   * Id of the connection: lowercase letters, digits and hyphens.
   *
   * At most 63 characters, without a hyphen at the beginning or the end. The id is the last part
   * of the connection's base URL and cannot be changed.
   */
  readonly id: string;

  /**
   * Name of the connection for administrators: 1 to 200 characters.
   *
   * @default - the id of the connection
   */
  readonly displayName?: string;

  /**
   * The application's account that the changes of this connection are attributed to.
   *
   * Events, the provisioning log and the audit name it: 1 to 200 characters, such as the id of the
   * account in the application.
   *
   * @default - none
   */
  readonly actsAs?: string;

  /**
   * Identity provider that sends the requests.
   *
   * @default IdentityProvider.GENERIC
   */
  readonly identityProvider?: IdentityProvider;

  /**
   * Whether the connection accepts groups.
   *
   * With `false` it is a users-only connection.
   *
   * @default true
   */
  readonly groups?: boolean;

  /**
   * Policy for users that the identity provider deletes.
   *
   * @default UserDeletion.RETAIN
   */
  readonly userDeletion?: UserDeletion;

  /**
   * Email addresses that receive mails about this connection.
   *
   * At most 50. Requires `failureMail` on the service provider. An empty list turns mails about
   * this connection off.
   *
   * @default - `failureMail.recipients` of the service provider
   */
  readonly failureMailRecipients?: string[];

  /**
   * How long a token is valid: 1 to 3650 whole days.
   *
   * With `rotation`, it must be at least `rotation.every` plus `rotation.overlap`.
   *
   * @default Duration.days(365)
   */
  readonly tokenExpiresIn?: Duration;

  /**
   * Limit of requests per second.
   *
   * Requests above the limit get a 429 response with `Retry-After`. The limit is approximate.
   *
   * @default - 100 requests per second, with bursts of 400; Entra ID sends 25 per second
   */
  readonly rateLimit?: RateLimitProps;

  /**
   * Policy for the connection, with its users and groups, when its declaration is removed.
   *
   * CloudFormation applies the policy that was deployed last. To delete a connection, deploy it
   * with `DESTROY` first, then remove its declaration.
   *
   * @default - `removalPolicy` of the service provider, which is `RETAIN` by default
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Schedule on which Secrets Manager rotates the token.
   *
   * @default - no schedule; administrators rotate the token through the admin API
   */
  readonly rotation?: TokenRotationProps;

  /**
   * Issuer whose tokens are accepted beside the bearer token (workload identity federation).
   *
   * @default - none; administrators can set one through the admin API
   */
  readonly trust?: TrustProps;
}
