import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { ScimServiceProvider } from 'cdk-scim';

const stack = new Stack(new App(), 'Identity');
const scim = new ScimServiceProvider(stack, 'Scim', {
  failureMail: { sender: 'scim@example.com' },
});
new CfnOutput(stack, 'AdminUrl', { value: scim.adminUrl });
