import { CfnOutput, CustomResource, Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { DeclaredProperties } from '../lambdas/contract';
import type { ConnectionProps } from './connection-props';
import { declaredSettings } from './declared-settings';

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
