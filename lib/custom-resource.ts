import { CustomResource, Duration, type CustomResourceProps } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** How long CloudFormation waits for a response; by default it is an hour. */
const SERVICE_TIMEOUT = Duration.minutes(5);

/** Creates a custom resource. @param provider the function that handles it */
export function createCustomResource(
  scope: Construct,
  id: string,
  provider: LambdaFunction,
  props: Pick<CustomResourceProps, 'resourceType' | 'properties' | 'removalPolicy'>,
): CustomResource {
  const resource = new CustomResource(scope, id, {
    ...props,
    serviceToken: provider.functionArn,
    serviceTimeout: SERVICE_TIMEOUT,
  });
  // The function needs its permissions, wherever they are, before CloudFormation calls it.
  if (provider.role !== undefined) resource.node.addDependency(provider.role);
  return resource;
}
