import { CfnOutput, Token } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { DeclaredStreamsProperties } from '../../lambdas/contract';
import { createCustomResource } from '../custom-resource';
import type { ScimSecurityEvents } from './scim-security-events';

/** Most streams that a stack declares. */
const MOST_STREAMS = 20;

/**
 * Declares streams of security event tokens as one custom resource. Their ids are outputs.
 * @param provider the function that handles it
 * @throws Error if two streams have the same receiver, if there are too many, or for a wrong URL
 */
export function declareStreams(
  scope: Construct,
  streams: readonly ScimSecurityEvents[],
  provider: LambdaFunction,
): void {
  if (streams.length === 0) return;
  if (streams.length > MOST_STREAMS) {
    throw new Error(`A stack can declare at most ${MOST_STREAMS} streams, not ${streams.length}.`);
  }
  const ids = streams.map(({ streamId }) => streamId);
  if (new Set(ids).size < ids.length) {
    throw new Error(
      'Two security event streams have the same receiver. Give polled streams different ' +
        'audiences, and pushed streams different URLs.',
    );
  }
  const definitions = streams.map(({ streamId: id, _definition }) => ({ id, ..._definition }));
  if (definitions.flatMap(({ url, audience }) => [url, audience]).some(Token.isUnresolved)) {
    throw new Error(
      'The audience and the URL of a security event stream must be known at synthesis: its id ' +
        'follows from them.',
    );
  }
  const wrong = definitions.find(({ url }) => url !== undefined && !url.startsWith('https://'));
  if (wrong !== undefined) {
    throw new Error(`The URL of a security event stream must start with https://: ${wrong.url}.`);
  }
  const properties: DeclaredStreamsProperties = { Streams: JSON.stringify(definitions) };
  createCustomResource(scope, 'SecurityEventStreams', provider, {
    resourceType: 'Custom::ScimSecurityEvents',
    properties: { ...properties },
  });
  for (const [index, { id, url, audience }] of definitions.entries()) {
    const receiver = url ?? audience ?? 'a receiver that polls';
    new CfnOutput(scope, `Stream${index + 1}Id`, {
      value: id,
      description: `Id of the security event stream to ${receiver}`,
    });
  }
}
