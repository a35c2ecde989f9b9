import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { ScimServiceProvider } from '../lib';

/**
 * The app that `npx cdk deploy` deploys: one stack with one service provider. Context: `failureMailSender`, the address that mails come from.
 */
const app = new App();
const stack = new Stack(app, 'Scim', { description: 'SCIM 2.0 service provider (cdk-scim)' });
const sender: unknown = app.node.tryGetContext('failureMailSender');
const provider = new ScimServiceProvider(stack, 'ServiceProvider', {
  ...(typeof sender === 'string' ? { failureMail: { sender } } : {}),
});

new CfnOutput(stack, 'AdminUrl', {
  value: provider.adminUrl,
  description: 'Create connections with POST <AdminUrl>/connections, signed with SigV4 for execute-api',
});
new CfnOutput(stack, 'ScimBaseUrl', {
  value: provider.scimBaseUrl('<connection id>'),
  description: 'Base URL (tenant URL) for the identity provider',
});
new CfnOutput(stack, 'TableName', {
  value: provider.table.tableName,
  description: 'For npm run verify and npm run seed',
});
