import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { ScimServiceProvider } from '../lib';

/**
 * The app that `npx cdk deploy` deploys: one stack with one service provider. Context: `failureMailSender`, the address that mails come from; `failureMailRecipients`, who gets
 * those about connections that name nobody, and about alarms, separated by commas; `alarmTopicArn`, the topic that alarms tell. There are alarms when somebody is told of them.
 */
const app = new App();
const stack = new Stack(app, 'Scim', { description: 'SCIM 2.0 service provider (cdk-scim)' });
const sender = context('failureMailSender');
const recipients = context('failureMailRecipients')?.split(',') ?? [];
const topicArn = context('alarmTopicArn');
const topic = topicArn === undefined ? undefined : Topic.fromTopicArn(stack, 'AlarmTopic', topicArn);
const isAnybodyTold = topic !== undefined || recipients.length > 0;
if (sender === undefined && recipients.length > 0) {
  throw new Error(
    'failureMailRecipients get no mails without failureMailSender: -c failureMailSender=scim@example.com',
  );
}
const provider = new ScimServiceProvider(stack, 'ServiceProvider', {
  ...(sender === undefined ? {} : { failureMail: { sender, recipients } }),
  ...(isAnybodyTold ? { alarms: topic === undefined ? {} : { topic } } : {}),
});

/** @returns undefined for what is not set */
function context(name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

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
