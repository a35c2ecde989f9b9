import { CfnOutput, type RemovalPolicy } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { DeclaredProperties } from '../../lambdas/contract';
import type { ConnectionProps } from './connection-props';
import { createCustomResource } from '../custom-resource';
import { declaredSettings } from './declared-settings';

/** Input of `declareConnections`. */
export interface DeclaredConnectionsProps {
  readonly connections: readonly ConnectionProps[];
  /** Function that handles the custom resources. */
  readonly provider: LambdaFunction;
  /** Policy for connections without a `removalPolicy` of their own. */
  readonly removalPolicy: RemovalPolicy;
  /** Whether the deployment sends mails. */
  readonly hasMail: boolean;
  readonly scimBaseUrl: (connectionId: string) => string;
  readonly secretName: (connectionId: string) => string;
  /** Resources that must exist before the first connection is created. */
  readonly after: readonly Construct[];
}

/** Most connections that a stack can declare: each has two outputs, and a stack at most 200. */
const MOST_CONNECTIONS = 90;

/**
 * Declares connections as custom resources, with the base URL and the secret name of each as
 * outputs.
 * @throws Error if the admin API would reject a connection, if two connections have the same id,
 * or if there are more connections than a stack can hold
 */
export function declareConnections(scope: Construct, props: DeclaredConnectionsProps): void {
  const { connections, provider, removalPolicy, hasMail, scimBaseUrl, secretName, after } = props;
  if (connections.length > MOST_CONNECTIONS) {
    throw new Error(
      `A stack can declare at most ${MOST_CONNECTIONS} connections, not ${connections.length}. ` +
        'Create the others through the admin API, which has no limit.',
    );
  }
  const within = new Construct(scope, 'Connections');
  for (const connection of connections) {
    const { id } = connection;
    const settings = declaredSettings(connection, hasMail);
    if (within.node.tryFindChild(id) !== undefined)
      throw new Error(
        `Two connections have the id "${id}". Give each connection an id of its own.`,
      );
    const properties: DeclaredProperties = { Id: id, Settings: JSON.stringify(settings) };
    const resource = createCustomResource(within, id, provider, {
      resourceType: 'Custom::ScimConnection',
      properties: { ...properties },
      removalPolicy: connection.removalPolicy ?? removalPolicy,
    });
    resource.node.addDependency(...after);
    new CfnOutput(within, `${id}-BaseUrl`, {
      value: scimBaseUrl(id),
      description: `Base URL (tenant URL) of connection ${id}`,
    });
    new CfnOutput(within, `${id}-SecretName`, {
      value: secretName(id),
      description: `Name of the secret with the bearer token of connection ${id}`,
    });
  }
}
