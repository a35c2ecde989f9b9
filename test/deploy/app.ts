import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IdentityProvider, ScimServiceProvider } from '../../lib';

/* `npm run test:deploy` deploys this app twice, the second time with other props and bundles. */
const { SCIM_BUNDLES: bundlesPath, SCIM_UPDATED: updated } = process.env;

const stack = new Stack(new App(), 'Deployed');
const provider = new ScimServiceProvider(stack, 'ServiceProvider', {
  failureMail: { sender: 'scim@example.com' },
  logRetention: updated === undefined ? RetentionDays.ONE_WEEK : RetentionDays.ONE_MONTH,
  connections: [
    { id: 'declared', displayName: updated ?? 'no', identityProvider: IdentityProvider.OKTA },
  ],
  // Lets `cdk destroy` delete everything.
  removalPolicy: RemovalPolicy.DESTROY,
  ...(bundlesPath === undefined ? {} : { bundlesPath }),
});
new CfnOutput(stack, 'ApiId', { value: provider.api.restApiId });
new CfnOutput(stack, 'Secret', { value: provider.tokenSecret('declared').secretName });
new CfnOutput(stack, 'Rotation', { value: provider.functions.tokenRotation.functionName });
