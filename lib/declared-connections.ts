import { CfnOutput, CustomResource, Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { DeclaredProperties } from '../lambdas/contract';
import { declaredSettings } from './declared-settings';

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
   * Who is told by mail of what concerns this connection. It needs `failureMail` of the service provider.
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

/** What declared connections are made with. */
export interface DeclaredConnectionsProps {
  readonly connections: readonly ConnectionProps[];
  /** The function that makes them. */
  readonly maker: LambdaFunction;
  /** What becomes of a connection that is declared no more. */
  readonly removalPolicy: RemovalPolicy;
  /** Whether mails leave. */
  readonly hasMail: boolean;
  readonly scimBaseUrl: (connectionId: string) => string;
  readonly secretName: (connectionId: string) => string;
  /** What must be there before the first of them is made. */
  readonly after: readonly Construct[];
}

/** Connections that a stack can declare: it has 200 outputs at most. */
const MOST = 90;

/** CloudFormation waits an hour for an answer that does not come, unless it is told otherwise. */
const PATIENCE = Duration.minutes(5);

/**
 * Has connections made at deploy, and puts out the base URL and the name of the secret of each.
 * @throws Error for what the admin API would refuse, for an id that comes twice, and for more than a stack can hold
 */
export function declareConnections(scope: Construct, props: DeclaredConnectionsProps): void {
  const { connections, maker, removalPolicy, hasMail, scimBaseUrl, secretName, after } = props;
  if (connections.length > MOST) {
    throw new Error(
      `A stack has room for ${MOST} declared connections, each with two outputs: make the others over the admin API, which takes any number.`,
    );
  }
  const within = new Construct(scope, 'Connections');
  for (const connection of connections) {
    const { id } = connection;
    const settings = declaredSettings(connection, hasMail);
    if (within.node.tryFindChild(id) !== undefined) throw new Error(`Two connections have the id "${id}".`);
    const properties: DeclaredProperties = { Id: id, Settings: JSON.stringify(settings) };
    const resource = new CustomResource(within, id, {
      resourceType: 'Custom::ScimConnection',
      serviceToken: maker.functionArn,
      serviceTimeout: PATIENCE,
      properties: { ...properties },
      removalPolicy: connection.removalPolicy ?? removalPolicy,
    });
    resource.node.addDependency(...after);
    new CfnOutput(within, `${id}-BaseUrl`, {
      value: scimBaseUrl(id),
      description: `Base URL (tenant URL) of the connection ${id}`,
    });
    new CfnOutput(within, `${id}-SecretName`, {
      value: secretName(id),
      description: `The secret of Secrets Manager with the bearer token of the connection ${id}`,
    });
  }
}
