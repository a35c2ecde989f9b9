import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Returns a name for a service provider that is unique in the account and region. The names of the
 * secrets begin with it, because secrets are created at run time.
 * @param given the name that the props set
 * @throws Error for a name that secrets cannot have
 */
export function deploymentName(provider: Construct, given?: string): string {
  if (given !== undefined) {
    if (!Token.isUnresolved(given) && /^[\w+=.@-]+(?:\/[\w+=.@-]+)*$/.test(given)) return given;
    throw new Error(
      'deploymentName must consist of letters, digits and the characters /_+=.@-, ' +
        `and must not begin or end with a slash: not "${given}".`,
    );
  }
  let stack = Stack.of(provider);
  // The name of a nested stack is unknown until deployment.
  while (stack.nestedStackParent !== undefined) stack = stack.nestedStackParent;
  return `${stack.stackName}/${provider.node.addr.slice(-8)}`;
}
