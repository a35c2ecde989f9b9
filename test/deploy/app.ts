import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IdentityProvider, ScimServiceProvider } from '../../lib';

/** The app that `npm run test:deploy` deploys, and deploys again with other props and another bundle. */
const { SCIM_BUNDLES: bundlesPath, SCIM_UPDATED: updated } = process.env;

const stack = new Stack(new App(), 'Deployed');
const provider = new ScimServiceProvider(stack, 'ServiceProvider', {
  failureMail: { sender: 'scim@example.com' },
  logRetention: updated === undefined ? RetentionDays.ONE_WEEK : RetentionDays.ONE_MONTH,
  connections: [
    { id: 'declared', displayName: updated ?? 'no', identityProvider: IdentityProvider.OKTA },
  ],
  // So that it can be taken down again.
  removalPolicy: RemovalPolicy.DESTROY,
  ...(bundlesPath === undefined ? {} : { bundlesPath }),
});
new CfnOutput(stack, 'ApiId', { value: provider.api.restApiId });
new CfnOutput(stack, 'Secret', { value: provider.tokenSecret('declared').secretName });
new CfnOutput(stack, 'Rotation', { value: provider.functions.tokenRotation.functionName });
