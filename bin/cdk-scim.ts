import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { ScimServiceProvider } from '../lib';

/**
 * The app that `npx cdk deploy` deploys: one stack with one service provider. Its context values:
 *
 * - `failureMailSender`: the address that mails are sent from.
 * - `failureMailRecipients`: addresses, separated by commas, that receive mails about alarms and
 *   about connections without recipients of their own.
 * - `alarmTopicArn`: the SNS topic that alarms notify.
 *
 * Alarms are created only if there is a topic or a recipient.
 */
const app = new App();
const stack = new Stack(app, 'Scim', { description: 'SCIM 2.0 service provider (cdk-scim)' });
const sender = context('failureMailSender');
const recipients = context('failureMailRecipients')?.split(',') ?? [];
const topicArn = context('alarmTopicArn');
const topic =
  topicArn === undefined ? undefined : Topic.fromTopicArn(stack, 'AlarmTopic', topicArn);
const isAnybodyTold = topic !== undefined || recipients.length > 0;
if (sender === undefined && recipients.length > 0) {
  throw new Error(
    'failureMailRecipients requires failureMailSender, the address that mails are sent from: ' +
      'add -c failureMailSender=scim@example.com.',
  );
}
const provider = new ScimServiceProvider(stack, 'ServiceProvider', {
  ...(sender === undefined ? {} : { failureMail: { sender, recipients } }),
  ...(isAnybodyTold ? { alarms: topic === undefined ? {} : { topic } } : {}),
});

/** Returns a context value, or undefined if it is not set or empty. */
function context(name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

new CfnOutput(stack, 'AdminUrl', {
  value: provider.adminUrl,
  description:
    'Admin API: create connections with POST <AdminUrl>/connections (SigV4, service execute-api)',
});
new CfnOutput(stack, 'ScimBaseUrl', {
  value: provider.scimBaseUrl('<connection id>'),
  description: 'Base URL (tenant URL) of a connection, for its identity provider',
});
new CfnOutput(stack, 'TableName', {
  value: provider.table.tableName,
  description: 'Table, for npm run verify and npm run seed',
});
