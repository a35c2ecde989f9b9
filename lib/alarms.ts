import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { METRICS } from '../lambdas/contract';
import { FailureKind, type Metrics } from './metrics';

/** Whom alarms tell, and what is too much. */
export interface AlarmProps {
  /**
   * What is told when an alarm is raised, and when it is over.
   *
   * @default - nothing: alarms are seen in CloudWatch and on the dashboard, and mailed to the recipients of `failureMail`, except for MailFailures and NotificationErrors
   */
  readonly topic?: ITopic;

  /**
   * Requests of identity providers in a quarter of an hour that do not do what they were to do.
   *
   * @default 20
   */
  readonly failedRequests?: number;

  /**
   * Requests in a quarter of an hour whose token is not valid.
   *
   * @default 20
   */
  readonly refusedTokens?: number;

  /**
   * Requests in a quarter of an hour, twice in a row, that API Gateway refuses itself: wrong URLs, unsigned administration, more than `throttling` allows.
   *
   * @default 50
   */
  readonly gatewayRefusals?: number;

  /**
   * Requests in five minutes that the service fails.
   *
   * @default 1
   */
  readonly serverErrors?: number;

  /**
   * Time that 95 of 100 requests take at most.
   *
   * @default Duration.seconds(5)
   */
  readonly latency?: Duration;
}

/** The functions that nobody waits for. */
interface BackgroundFunctions {
  readonly completion: LambdaFunction;
  readonly tokenRotation: LambdaFunction;
  readonly notifications: LambdaFunction;
}

interface AlarmDefinition {
  readonly id: string;
  /** What it means, in a sentence. */
  readonly meaning: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default 1 */
  readonly periods?: number;
}

const QUARTER = Duration.minutes(15);

/** Alarms that say that mails do not work, and so are not mailed. */
const MAIL_FAILURES = 'MailFailures';
const NOTIFICATION_ERRORS = 'NotificationErrors';

/**
 * Makes the alarms of a service provider; `docs/runbook.md` has a section for each, named for its id.
 * @param isMailed whether the deployment has recipients, who are told
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
  const alarms = definitions(props, metrics, functions).map(({ id, meaning, metric, threshold, periods = 1 }) => {
    const alarm = new Alarm(scope, `${id}Alarm`, {
      alarmDescription: `${meaning} See docs/runbook.md, "${id}".`,
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      // No requests are no failures.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (topic !== undefined) {
      const action = new SnsAction(topic);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
    if (id !== MAIL_FAILURES && id !== NOTIFICATION_ERRORS) mailed.push(alarm);
    return alarm;
  });
  if (isMailed) mailAlarms(scope, mailed, functions.notifications);
  return alarms;
}

/** How many a rule names: its pattern has 2,048 characters. */
const ALARMS_IN_RULE = 5;

/** Has the deployment's recipients told by the same mails as of failures. */
function mailAlarms(scope: Construct, alarms: readonly Alarm[], notifications: LambdaFunction): void {
  for (let first = 0; first < alarms.length; first += ALARMS_IN_RULE) {
    new Rule(scope, `AlarmStates${first}`, {
      description: 'SCIM: tells of alarms by mail',
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
      meaning: 'The SCIM service fails requests.',
      metric: serverErrorsOf(metrics, Duration.minutes(5)),
      threshold: serverErrors,
    },
    {
      id: 'FailedRequests',
      meaning: 'Identity providers send what cannot be done, and what they send is not synchronized.',
      metric: metrics.of(METRICS.failures, { period: QUARTER }),
      threshold: failedRequests,
    },
    {
      id: 'RefusedTokens',
      meaning: 'An identity provider uses a token that is not valid, or somebody tries tokens.',
      metric: metrics.failuresOf(FailureKind.UNAUTHORIZED, { period: QUARTER }),
      threshold: refusedTokens,
    },
    {
      id: 'GatewayRefusals',
      meaning: 'API Gateway refuses requests before they reach the SCIM service.',
      metric: gatewayRefusalsOf(metrics, QUARTER),
      threshold: gatewayRefusals,
      // What functions report may come later than what API Gateway does.
      periods: 2,
    },
    {
      id: 'Throttling',
      meaning: 'DynamoDB, or the time of a function, does not allow what is asked for.',
      metric: metrics.failuresOf(FailureKind.THROTTLED),
      threshold: 1,
      periods: 3,
    },
    {
      id: 'SlowRequests',
      meaning: 'SCIM requests take long.',
      metric: metrics.of(METRICS.latency, { statistic: 'p95' }),
      threshold: latency.toMilliseconds(),
      periods: 3,
    },
    {
      id: 'TokensNearExpiry',
      meaning: 'A token ends within a week and nothing has replaced it.',
      metric: metrics.ofConnections(METRICS.tokensNearExpiry),
      threshold: 1,
    },
    {
      id: 'SilentConnections',
      meaning: 'A connection that used to synchronize does not any more.',
      metric: metrics.ofConnections(METRICS.silentConnections),
      threshold: 1,
    },
    {
      id: 'RotationErrors',
      meaning: 'Secrets Manager cannot rotate a token.',
      metric: tokenRotation.metricErrors(background),
      threshold: 1,
    },
    {
      id: 'CompletionErrors',
      meaning: 'Large changes are not completed, or changes are missing from the provisioning log.',
      metric: completion.metricErrors(background),
      threshold: 3,
    },
    {
      id: MAIL_FAILURES,
      meaning: 'SES does not take mails to administrators.',
      metric: metrics.of(METRICS.mailFailures, { period: Duration.hours(1) }),
      threshold: 1,
    },
    {
      id: NOTIFICATION_ERRORS,
      meaning: 'What administrators are to be told cannot be found out.',
      metric: notifications.metricErrors({ ...background, period: Duration.hours(1) }),
      threshold: 1,
    },
  ];
}

/** What API Gateway answers with 5xx, but for what a function declines to do: groups on a users-only connection are nobody's failure. */
export function serverErrorsOf(metrics: Metrics, period: Duration): MathExpression {
  const usingMetrics = { all5xx: metrics.ofApi('5XXError'), declined: metrics.of(METRICS.declined) };
  return difference('failed by the service', 'all5xx', 'declined', usingMetrics, period);
}

/** What API Gateway answers with 4xx and no function has: wrong URLs, wrong signatures, throttled requests, addresses that are not let in. */
export function gatewayRefusalsOf(metrics: Metrics, period: Duration): MathExpression {
  const usingMetrics = { all4xx: metrics.ofApi('4XXError'), refused: metrics.of(METRICS.refusals) };
  return difference('refused by API Gateway', 'all4xx', 'refused', usingMetrics, period);
}

/** What is in one metric and not in another. Names are unique among all expressions: a graph can show several. */
function difference<Name extends string>(
  label: string,
  all: Name,
  counted: Name,
  usingMetrics: Readonly<Record<Name, IMetric>>,
  period: Duration,
): MathExpression {
  return new MathExpression({ label, expression: `FILL(${all}, 0) - FILL(${counted}, 0)`, usingMetrics, period });
}
