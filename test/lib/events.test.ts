import { Duration, type Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { ENVIRONMENT } from '../../lambdas/contract';
import { ScimAccess } from '../../lib';
import { importedVpc, provide } from './support';

const daysOf = (template: ReturnType<ReturnType<typeof provide>['template']>): unknown[] =>
  Object.values(template.findResources('AWS::Lambda::Function')).flatMap(
    ({ Properties: properties }) => properties.Environment.Variables[ENVIRONMENT.eventDays] ?? [],
  );

test('events are kept for 30 days and put on a bus of the deployment', () => {
  const { provider, stack, template } = provide();
  const synthesized = template();
  synthesized.resourceCountIs('AWS::Events::EventBus', 1);
  expect(daysOf(synthesized)).toEqual(['30', '30']);
  synthesized.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: Match.objectLike({
        [ENVIRONMENT.eventBus]: stack.resolve(provider.eventBus.eventBusArn),
      }),
    },
  });
});

test('retention and bus can be chosen', () => {
  const { template } = provide((stack) => ({
    events: {
      retention: Duration.days(90),
      eventBus: EventBus.fromEventBusName(stack, 'Bus', 'ours'),
    },
  }));
  const synthesized = template();
  synthesized.resourceCountIs('AWS::Events::EventBus', 0);
  expect(daysOf(synthesized)).toEqual(['90', '90']);
});

test.each([Duration.hours(12), Duration.days(366), Duration.hours(36)])(
  'a retention of another length is refused: %#',
  (retention) => {
    expect(() => provide(() => ({ events: { retention } }))).toThrow(/1 to 365 whole days/);
  },
);

test('onEvent adds a rule for types and connections', () => {
  const { provider, stack, template } = provide();
  const target = new SqsQueue(new Queue(stack, 'Queue'));
  provider.onEvent('Accounts', { target, types: ['user.created'], connections: ['acme'] });
  provider.onEvent('All', { target });
  const synthesized = template();
  synthesized.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['cdk-scim'],
      'detail-type': ['user.created'],
      detail: { data: { connection: { id: ['acme'] } } },
    },
    EventBusName: Match.anyValue(),
  });
  expect(() => provider.onEvent('Wrong', { target, types: ['user.exploded'] })).toThrow(
    /no event type "user\.exploded".*user\.created/,
  );
});

test('grants allow the application API, or reading events alone', () => {
  const { provider, stack, template } = provide();
  const roleOf = (id: string): Role =>
    new Role(stack, id, { assumedBy: new AccountPrincipal(stack.account) });
  provider.grantApplication(roleOf('Application')).assertSuccess();
  provider.grantReadEvents(roleOf('Reader')).assertSuccess();
  const text = JSON.stringify(template().findResources('AWS::IAM::Policy'));
  expect(text).toContain('/scim/*/app/v1/*');
  expect(text).toContain('/scim/GET/app/v1/events');
});

test('the application can have networks of its own', () => {
  const { template } = provide(() => ({
    access: ScimAccess.fromIpRanges('192.0.2.0/24'),
    applicationAccess: ScimAccess.fromIpRanges('198.51.100.0/24'),
  }));
  template().hasResourceProperties('AWS::ApiGateway::RestApi', {
    Policy: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Deny',
          Resource: Match.arrayWith(['execute-api:/scim/GET/app/v1/*']),
          Condition: { NotIpAddress: { 'aws:SourceIp': ['198.51.100.0/24'] } },
        }),
      ]),
    },
  });
});

test('isolated subnets get a warning: webhooks cannot be sent from there', () => {
  const { stack, template } = provide((scope: Stack) => ({ vpc: importedVpc(scope) }));
  template();
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('webhooks cannot be sent'));
});
