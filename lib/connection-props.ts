import type { Duration, RemovalPolicy } from 'aws-cdk-lib';

/** Whose requests a connection takes, each with what it sends that the RFCs do not say. */
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
  /** Any other: tolerant. */
  GENERIC = 'generic',
  /** RFC 7643 and 7644 to the letter. */
  RFC = 'rfc',
}

/** What becomes of users that the identity provider deletes. */
export enum UserDeletion {
  /** They are kept as deactivated, and come back under the same id when they are created again. */
  RETAIN = 'retain',
  /** Nothing of them is kept. */
  ERASE = 'erase',
}

/** When Secrets Manager replaces a connection's token by itself. */
export interface TokenRotationProps {
  /** How often: whole days, 1 to 1000. */
  readonly every: Duration;

  /**
   * How long the token before works on, so that there is time to paste the new one.
   *
   * @default Duration.days(7)
   */
  readonly overlap?: Duration;
}

/** A connection that is made when the stack is deployed. What can be said here can be changed over the admin API, too, until the next change here. */
export interface ConnectionProps {
  /** Lower-case letters, digits and hyphens. It ends the connection's base URL and cannot be changed. */
  readonly id: string;

  /**
   * What administrators call it.
   *
   * @default - its id
   */
  readonly displayName?: string;

  /**
   * Who sends the requests.
   *
   * @default IdentityProvider.GENERIC
   */
  readonly identityProvider?: IdentityProvider;

  /**
   * Whether groups are taken. Without them it is a users-only connection.
   *
   * @default true
   */
  readonly groups?: boolean;

  /**
   * What becomes of users that the identity provider deletes.
   *
   * @default UserDeletion.RETAIN
   */
  readonly userDeletion?: UserDeletion;

  /**
   * Who is told by mail of what concerns this connection. It needs `failureMail` of the service provider. With an empty list nobody is.
   *
   * @default - the recipients of `failureMail`
   */
  readonly failureMailRecipients?: string[];

  /**
   * How long a token is valid: whole days, 3650 at most.
   *
   * @default Duration.days(365)
   */
  readonly tokenExpiresIn?: Duration;

  /**
   * What becomes of it, and of its users and groups, when it is declared no more. CloudFormation goes by what was deployed last: to have it deleted, deploy `DESTROY` first.
   *
   * @default - that of the service provider: it stays
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * When Secrets Manager replaces the token by itself.
   *
   * @default - only administrators rotate
   */
  readonly rotation?: TokenRotationProps;
}
