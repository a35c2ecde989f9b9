import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  TreatMissingData,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { METRICS } from '../../lambdas/contract';
import { gatewayRefusalsOf, serverErrorsOf } from './api-metrics';
import { FailureKind, type Metrics } from './metrics';

/** Alarm target and thresholds. */
export interface AlarmProps {
  /**
   * SNS topic that is notified when an alarm is raised and when it is over.
   *
   * With or without a topic, alarms are visible in CloudWatch and on the dashboard, and are mailed
   * to `failureMail.recipients`. MailFailures and NotificationErrors are never mailed.
   *
   * @default - no topic is notified
   */
  readonly topic?: ITopic;

  /**
   * Threshold of FailedRequests: requests from identity providers that fail within 15 minutes.
   *
   * @default 20
   */
  readonly failedRequests?: number;

  /**
   * Threshold of RefusedTokens: requests with an invalid bearer token within 15 minutes.
   *
   * @default 20
   */
  readonly refusedTokens?: number;

  /**
   * Threshold of GatewayRefusals: requests that API Gateway itself rejects within 15 minutes.
   *
   * The alarm is raised after two such periods in a row. API Gateway rejects wrong URLs, unsigned
   * calls of the admin API, requests above the `throttling` limit, and addresses that `access` or
   * the web ACL does not allow.
   *
   * @default 50
   */
  readonly gatewayRefusals?: number;

  /**
   * Threshold of ServerErrors: requests that get a 5xx response within 5 minutes.
   *
   * Responses with 501 do not count: they decline what the service does not support, such as
   * groups on a users-only connection.
   *
   * @default 1
   */
  readonly serverErrors?: number;

  /**
   * Threshold of SlowRequests: the 95th percentile of the latency of SCIM requests.
   *
   * The alarm is raised when the latency stays at or above this value for 15 minutes. It is
   * measured inside the functions, without network and API Gateway.
   *
   * @default Duration.seconds(5)
   */
  readonly latency?: Duration;
}

/** Functions that run in the background, without a caller that would notice their errors. */
interface BackgroundFunctions {
  readonly completion: LambdaFunction;
  readonly tokenRotation: LambdaFunction;
  readonly notifications: LambdaFunction;
}

interface AlarmDefinition {
  readonly id: string;
  /** Explains the alarm. The first sentence becomes the subject of the mail. */
  readonly meaning: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default 1 */
  readonly periods?: number;
}

const QUARTER = Duration.minutes(15);

/** Alarms about mails that cannot be sent; mailing them would be pointless. */
const MAIL_FAILURES = 'MailFailures';
const NOTIFICATION_ERRORS = 'NotificationErrors';

/** The page with a section for each alarm. */
const RUNBOOK = 'https://github.com/cdk-scim/cdk-scim/blob/main/docs/operations/runbook.md';

/**
 * Creates the alarms of a service provider. `docs/operations/runbook.md` has a section for each,
 * with the alarm's id as its heading.
 * @param isMailed whether the deployment has recipients that alarms are mailed to
 */
export function addAlarms(
  scope: Construct,
  props: AlarmProps,
  metrics: Metrics,
  functions: BackgroundFunctions,
  isMailed: boolean,
): Alarm[] {
  const { topic } = props;
  const mailed: Alarm[] = [];
  const alarms = definitions(props, metrics, functions).map(
    ({ id, meaning, metric, threshold, periods = 1 }) => {
      const alarm = new Alarm(scope, `${id}Alarm`, {
        alarmDescription: `${meaning} See ${RUNBOOK}#${id.toLowerCase()}`,
        metric,
        threshold,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: periods,
        // Without requests there is no data, and nothing has failed.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      if (topic !== undefined) {
        const action = new SnsAction(topic);
        alarm.addAlarmAction(action);
        alarm.addOkAction(action);
      }
      if (id !== MAIL_FAILURES && id !== NOTIFICATION_ERRORS) mailed.push(alarm);
      return alarm;
    },
  );
  if (isMailed) mailAlarms(scope, mailed, functions.notifications);
  return alarms;
}

/** Alarms per rule: an event pattern is limited to 2,048 characters. */
const ALARMS_IN_RULE = 5;

/**
 * Routes changes of alarm states to the `notifications` function, which mails them to the
 * deployment's recipients.
 */
function mailAlarms(
  scope: Construct,
  alarms: readonly Alarm[],
  notifications: LambdaFunction,
): void {
  for (let first = 0; first < alarms.length; first += ALARMS_IN_RULE) {
    new Rule(scope, `AlarmStates${first}`, {
      description: 'SCIM: mails alarms to administrators',
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        resources: alarms.slice(first, first + ALARMS_IN_RULE).map(({ alarmArn }) => alarmArn),
      },
      targets: [new LambdaTarget(notifications)],
    });
  }
}

function definitions(
  {
    failedRequests = 20,
    refusedTokens = 20,
    gatewayRefusals = 50,
    serverErrors = 1,
    latency = Duration.seconds(5),
  }: AlarmProps,
  metrics: Metrics,
  { completion, tokenRotation, notifications }: BackgroundFunctions,
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
        'The SCIM service turns requests away because it is overloaded (429 or 503). ' +
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
        'Large changes or deletions are unfinished, ' +
        'or changes are missing from the provisioning log.',
      metric: completion.metricErrors(background),
      threshold: 3,
    },
    {
      id: MAIL_FAILURES,
      meaning:
        'SES does not accept mails to administrators. ' +
        'The provisioning log still records all failures.',
      metric: metrics.metric(METRICS.mailFailures, { period: Duration.hours(1) }),
      threshold: 1,
    },
    {
      id: NOTIFICATION_ERRORS,
      meaning:
        'The function that mails administrators fails. ' +
        'Mails can be late or missing. The provisioning log still records all failures.',
      metric: notifications.metricErrors({ ...background, period: Duration.hours(1) }),
      threshold: 1,
    },
  ];
}
