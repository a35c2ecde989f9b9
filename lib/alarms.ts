import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
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
   * @default - nothing: alarms are seen in CloudWatch and on the dashboard
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

/** Makes the alarms of a service provider; `docs/runbook.md` has a section for each, named for its id. */
export function addAlarms(
  scope: Construct,
  props: AlarmProps,
  metrics: Metrics,
  functions: BackgroundFunctions,
): Alarm[] {
  const { topic } = props;
  return definitions(props, metrics, functions).map(({ id, meaning, metric, threshold, periods = 1 }) => {
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
    return alarm;
  });
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
      // It is measured every six hours.
      metric: metrics.of(METRICS.tokensNearExpiry, { statistic: 'Maximum', period: Duration.hours(6) }),
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
      meaning: 'What large changes have left to be done is not done.',
      metric: completion.metricErrors(background),
      threshold: 3,
    },
    {
      id: 'NotificationErrors',
      meaning: 'Mails to administrators cannot be sent.',
      metric: notifications.metricErrors({ ...background, period: Duration.hours(6) }),
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
