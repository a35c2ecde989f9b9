import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { ScimServiceProvider } from 'cdk-scim';

const app = new App();
const scim = new ScimServiceProvider(new Stack(app, 'Identity'), 'Scim');

// The application has a stack of its own: its worker assumes the role and reads the event log.
const stack = new Stack(app, 'Application');
const worker = new Role(stack, 'Worker', { assumedBy: new AccountPrincipal(stack.account) });
scim.grantApplication(worker);

// Events of deactivated users also go to a queue, for a reaction within seconds.
const lockouts = new Queue(stack, 'Lockouts', {
  enforceSSL: true,
  retentionPeriod: Duration.days(14),
});
new Rule(stack, 'Deactivated', {
  eventBus: scim.eventBus,
  eventPattern: { source: ['cdk-scim'], detailType: ['user.deactivated', 'user.deleted'] },
  targets: [new SqsQueue(lockouts)],
});

new CfnOutput(stack, 'ApplicationUrl', { value: scim.applicationUrl });
new CfnOutput(stack, 'WorkerRole', { value: worker.roleArn });
