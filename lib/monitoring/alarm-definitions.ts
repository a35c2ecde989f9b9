import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { METRICS } from '../../lambdas/contract';
import type { AlarmProps } from './alarm-props';
import { gatewayRefusalsOf, serverErrorsOf } from './api-metrics';
import { FailureKind, type Metrics } from './metrics';

/** Functions that run in the background, without a caller that would notice their errors. */
interface BackgroundFunctions {
  readonly dispatcher: LambdaFunction;
  readonly completion: LambdaFunction;
  readonly tokenRotation: LambdaFunction;
  readonly notifications: LambdaFunction;
  readonly webhooks: LambdaFunction;
  /** @default - no requests are performed after their answer */
  readonly requests?: LambdaFunction;
}

/** Sources of the alarms' metrics. */
export interface AlarmSources {
  readonly metrics: Metrics;
  readonly functions: BackgroundFunctions;
  /** Queue with the positions of stream records that could not be processed. */
  readonly discarded: IQueue;
  /** Whether the deployment has recipients that alarms are mailed to. */
  readonly isMailed: boolean;
}

/** An alarm. `docs/operations/runbook.md` has a section for each, with its id as the heading. */
export interface AlarmDefinition {
  readonly id: string;
  /** Explains the alarm. The first sentence becomes the subject of the mail. */
  readonly meaning: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default 1 */
  readonly periods?: number;
  /** Whether the alarm is about mails that cannot be sent, so that mailing it is pointless. */
  readonly isUnmailed?: true;
}

const QUARTER = Duration.minutes(15);

/** Returns the alarms of a service provider. */
export function alarmDefinitions(
  {
    failedRequests = 20,
    refusedTokens = 20,
    gatewayRefusals = 50,
    serverErrors = 1,
    latency = Duration.seconds(5),
  }: AlarmProps,
  {
    metrics,
    functions: { dispatcher, completion, tokenRotation, notifications, webhooks, requests },
    discarded,
  }: Pick<AlarmSources, 'metrics' | 'functions' | 'discarded'>,
): readonly AlarmDefinition[] {
  const background = { period: QUARTER, statistic: 'Sum' };
  return [
    {
      id: 'ServerErrors',
      meaning:
        'The SCIM service returns server errors (5xx). ' +
        'Identity providers retry such requests, and acknowledged changes are not lost.',
      metric: serverErrorsOf(metrics, Duration.minutes(5)),
      threshold: serverErrors,
    },
    {
      id: 'FailedRequests',
      meaning:
        'Requests from identity providers fail. ' +
        'Some users or groups here differ from those of the identity provider.',
      metric: metrics.metric(METRICS.failures, { period: QUARTER }),
      threshold: failedRequests,
    },
    {
      id: 'RefusedTokens',
      meaning:
        'Requests carry invalid bearer tokens. ' +
        'An identity provider uses an outdated token, or someone is guessing tokens.',
      metric: metrics.failuresOf(FailureKind.UNAUTHORIZED, { period: QUARTER }),
      threshold: refusedTokens,
    },
    {
      id: 'GatewayRefusals',
      meaning:
        'API Gateway rejects requests before they reach the SCIM service. ' +
        'Check the base URL, the signature of admin calls, the throttling limit, ' +
        'and the addresses that are allowed.',
      metric: gatewayRefusalsOf(metrics, QUARTER),
      threshold: gatewayRefusals,
      // The metrics of the functions can arrive later than those of API Gateway.
      periods: 2,
    },
    {
      id: 'Throttling',
      meaning:
        'The SCIM service turns requests away because it is overloaded (503). ' +
        'DynamoDB throttles the table, or functions run out of time.',
      metric: metrics.failuresOf(FailureKind.THROTTLED),
      threshold: 1,
      periods: 3,
    },
    {
      id: 'SlowRequests',
      meaning:
        'SCIM requests are slow. ' +
        'The 95th percentile of the latency is above its threshold. ' +
        'Identity providers give up after 30 to 60 seconds.',
      metric: metrics.metric(METRICS.latency, { statistic: 'p95' }),
      threshold: latency.toMilliseconds(),
      periods: 3,
    },
    {
      id: 'TokensNearExpiry',
      meaning:
        'A bearer token expires within a week and has not been replaced. ' +
        'The connection stops syncing when its token expires.',
      metric: metrics.ofConnections(METRICS.tokensNearExpiry),
      threshold: 1,
    },
    {
      id: 'SilentConnections',
      meaning:
        'A connection has gone silent. ' +
        'If its identity provider has stopped syncing, new users are not created, ' +
        'and users who leave keep their access.',
      metric: metrics.ofConnections(METRICS.silentConnections),
      threshold: 1,
    },
    {
      id: 'RotationErrors',
      meaning:
        'Secrets Manager cannot rotate a bearer token. ' +
        'The current token stays valid, and Secrets Manager retries the rotation.',
      metric: tokenRotation.metricErrors(background),
      threshold: 1,
    },
    {
      id: 'CompletionErrors',
      meaning:
        'The SCIM service cannot complete background work. ' +
        'Large changes or deletions are unfinished.',
      metric: completion.metricErrors(background),
      threshold: 3,
    },
    {
      id: 'StreamDelay',
      meaning:
        'Changes are processed late. ' +
        'Events, the provisioning log and mails are behind the directory. ' +
        'Requests are not affected.',
      metric: dispatcher.metric('IteratorAge', {
        period: Duration.minutes(5),
        statistic: 'Maximum',
      }),
      threshold: Duration.minutes(5).toMilliseconds(),
      // After an upgrade, the records of the last day are delivered again.
      periods: 3,
    },
    {
      id: 'DiscardedRecords',
      meaning:
        'Changes could not be processed and were discarded. ' +
        'They are in the directory, but are missing from events and the provisioning log.',
      metric: discarded.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
      threshold: 1,
    },
    {
      id: 'UndeliveredEvents',
      meaning:
        'EventBridge does not accept events. ' +
        'They stay in the event log, and are put on the bus every minute until it accepts them.',
      metric: metrics.metric(METRICS.undeliveredEvents),
      threshold: 1,
      periods: 2,
    },
    {
      id: 'FailedWebhooks',
      meaning:
        'A webhook endpoint did not accept an event in any attempt of three days. ' +
        'The application behind it misses changes until they are sent again.',
      metric: metrics.metric(METRICS.failedWebhooks, { period: Duration.hours(1) }),
      threshold: 1,
    },
    {
      id: 'WebhookErrors',
      meaning:
        'The function that sends events to webhooks fails. ' +
        'Events are late. They stay in the event log, and the function is retried every minute.',
      metric: webhooks.metricErrors(background),
      threshold: 3,
    },
    ...(requests === undefined
      ? []
      : [
          {
            id: 'RequestErrors',
            meaning:
              'Requests that were accepted cannot be performed. ' +
              'Identity providers wait for their completion. They are tried again every minute.',
            metric: requests.metricErrors(background),
            threshold: 3,
          },
        ]),
    {
      id: 'MailFailures',
      isUnmailed: true,
      meaning:
        'SES does not accept mails to administrators. ' +
        'The provisioning log still records all failures.',
      metric: metrics.metric(METRICS.mailFailures, { period: Duration.hours(1) }),
      threshold: 1,
    },
    {
      id: 'NotificationErrors',
      isUnmailed: true,
      meaning:
        'The function that mails administrators fails. ' +
        'Mails can be late or missing. The provisioning log still records all failures.',
      metric: notifications.metricErrors({ ...background, period: Duration.hours(1) }),
      threshold: 1,
    },
  ];
}
