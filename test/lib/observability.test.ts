import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FAILURE_KINDS, METRICS } from '../../lambdas/contract';
import { FailureKind } from '../../lib';
import { provide } from './support';

const runbook = readFileSync(
  path.join(__dirname, '..', '..', 'docs', 'operations', 'runbook.md'),
  'utf8',
);

const watched = provide((stack) => ({
  alarms: { topic: new Topic(stack, 'Topic') },
  securityEvents: [],
}));
const template = watched.template();
const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
  (alarm) => alarm['Properties'] as { readonly AlarmDescription: string },
);

test('alarms and sections of the runbook correspond one to one', () => {
  const named = alarms.map(
    ({ AlarmDescription: text }) =>
      / See https:\/\/\S+\/docs\/operations\/runbook\.md#(\w+)$/.exec(text)?.[1],
  );
  const sections = [...runbook.matchAll(/^## ([A-Z][A-Za-z]+)$/gm)].map(([, name]) =>
    name?.toLowerCase(),
  );
  expect(named.length).toBeGreaterThan(8);
  expect([...named].sort()).toEqual([...sections].sort());
});

test('each section of the runbook covers meaning, diagnosis and actions', () => {
  for (const section of runbook.split(/^## /m).slice(1)) {
    for (const part of ['**It means**', '**Look**', '**Do**'])
      expect([section.split('\n')[0], section]).toEqual([
        expect.anything(),
        expect.stringContaining(part),
      ]);
  }
});

test('alarms notify the topic when raised and resolved; missing data does not breach', () => {
  template.allResourcesProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: [{ Ref: Match.stringLikeRegexp('^Topic') }],
    OKActions: [{ Ref: Match.stringLikeRegexp('^Topic') }],
    TreatMissingData: 'notBreaching',
  });
});

test('recipients get mails about alarms, except those about mails that cannot be sent', () => {
  const failureMail = { sender: 'scim@example.com', recipients: ['ops@example.com'] };
  const mailed = provide(() => ({ alarms: {}, failureMail })).template();
  const rules = Object.values(mailed.findResources('AWS::Events::Rule'))
    .map(
      ({ Properties: { EventPattern: pattern } }) =>
        pattern as { readonly resources: readonly object[] } | undefined,
    )
    .filter((pattern) => pattern !== undefined);
  const named = JSON.stringify(rules.flatMap(({ resources }) => resources));
  const ids = Object.keys(mailed.findResources('AWS::CloudWatch::Alarm'));
  const withoutMail = ids
    .filter((id) => !named.includes(id))
    .map((id) => id.replace(/^Scim(\w+)Alarm.*$/, '$1'));
  expect([ids.length, withoutMail.sort()]).toEqual([17, ['MailFailures', 'NotificationErrors']]);
  // An event pattern has at most 2,048 characters; an ARN has about 150, and at most 250.
  for (const { resources } of rules) expect(resources.length).toBeLessThanOrEqual(5);
  expect(JSON.stringify(template.findResources('AWS::Events::Rule'))).not.toContain(
    'aws.cloudwatch',
  );
});

test('alarm thresholds come from the props', () => {
  const strict = provide(() => ({
    alarms: {
      failedRequests: 1,
      refusedTokens: 2,
      gatewayRefusals: 3,
      serverErrors: 4,
      latency: Duration.seconds(6),
    },
  })).template();
  const thresholds = Object.entries(strict.findResources('AWS::CloudWatch::Alarm')).map(
    ([id, alarm]) =>
      [id.replace(/^Scim(\w+)Alarm.*$/, '$1'), alarm['Properties'].Threshold] as const,
  );
  expect(Object.fromEntries(thresholds)).toMatchObject({
    FailedRequests: 1,
    RefusedTokens: 2,
    GatewayRefusals: 3,
    ServerErrors: 4,
    SlowRequests: 6000,
  });
  strict.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: Match.absent() });
});

test('by default, there is a dashboard and there are no alarms', () => {
  const plain = provide().template();
  plain.resourceCountIs('AWS::CloudWatch::Alarm', 0);
  plain.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
  provide(() => ({ dashboard: false }))
    .template()
    .resourceCountIs('AWS::CloudWatch::Dashboard', 0);
});

test('metrics have the dimension of the deployment and the names that functions report', () => {
  const { provider, stack } = provide();
  const deployment = stack.resolve(
    provider.metricFailures().dimensions?.[METRICS.deployment] as unknown,
  );
  expect(deployment).toMatch(/^Test\/[0-9a-f]{8}$/);
  const metrics = [
    provider.metricRequests(),
    provider.metricLatency(),
    provider.metricFailures(),
    provider.metricFailuresOf(FailureKind.CONFLICT),
    provider.metricTokensNearExpiry(),
    provider.metric(METRICS.refusals),
  ].map(({ namespace, metricName, statistic, dimensions }) => [
    namespace,
    metricName,
    statistic,
    dimensions,
  ]);
  expect(metrics).toEqual([
    ['CdkScim', 'Latency', 'SampleCount', { Deployment: deployment }],
    ['CdkScim', 'Latency', 'p95', { Deployment: deployment }],
    ['CdkScim', 'Failures', 'Sum', { Deployment: deployment }],
    ['CdkScim', 'Failures', 'Sum', { Deployment: deployment, Kind: 'conflict' }],
    ['CdkScim', 'TokensNearExpiry', 'Maximum', { Deployment: deployment }],
    ['CdkScim', 'Refusals', 'Sum', { Deployment: deployment }],
  ]);
  expect(Object.values(FailureKind)).toEqual([...FAILURE_KINDS]);
});

test('the API has a unique name, because API Gateway reports its metrics by name', () => {
  template.hasResourceProperties('AWS::ApiGateway::RestApi', {
    Name: Match.stringLikeRegexp('^Test-[0-9a-f]{8}$'),
  });
});
