import { App, CliCredentialsStackSynthesizer, Stack, type IStackSynthesizer } from 'aws-cdk-lib';

/**
 * Creates the stack of the apps in this folder. It is deployed with the caller's own credentials,
 * because the roles of the bootstrap stack have no trust in the emulation's IAM.
 */
export function deployedStack(): Stack {
  // aws-cdk-lib is compiled without exactOptionalPropertyTypes.
  const synthesizer = new CliCredentialsStackSynthesizer() as IStackSynthesizer;
  return new Stack(new App(), 'Deployed', { synthesizer });
}
