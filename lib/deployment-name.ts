import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Returns a name for a service provider that is unique in the account and region. The names of the
 * secrets begin with it, because secrets are created at run time.
 */
export function deploymentName(provider: Construct): string {
  let stack = Stack.of(provider);
  // The name of a nested stack is unknown until deployment.
  while (stack.nestedStackParent !== undefined) stack = stack.nestedStackParent;
  return `${stack.stackName}/${provider.node.addr.slice(-8)}`;
}
