import type { Duration } from 'aws-cdk-lib';
import { MathExpression, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS } from '../../lambdas/contract';
import type { Metrics } from './metrics';

/* Metrics that combine those of API Gateway and those of the functions. */

/**
 * Returns the number of 5xx responses without 501: a function that declines a request, such as
 * groups on a users-only connection, has not failed.
 */
export function serverErrorsOf(metrics: Metrics, period: Duration): MathExpression {
  const usingMetrics = {
    all5xx: metrics.ofApi('5XXError'),
    declined: metrics.metric(METRICS.declined),
  };
  return subtraction('server errors', 'all5xx', 'declined', usingMetrics, period);
}

/**
 * Returns the number of 4xx responses that come from API Gateway and not from a function: wrong
 * URLs, wrong signatures, throttled requests, and addresses that are not allowed.
 */
export function gatewayRefusalsOf(metrics: Metrics, period: Duration): MathExpression {
  const usingMetrics = {
    all4xx: metrics.ofApi('4XXError'),
    refused: metrics.metric(METRICS.refusals),
  };
  return subtraction('gateway refusals', 'all4xx', 'refused', usingMetrics, period);
}

/**
 * Subtracts one metric from another. The names must be unique across all expressions, because one
 * graph can show several.
 */
function subtraction<Name extends string>(
  label: string,
  all: Name,
  counted: Name,
  usingMetrics: Readonly<Record<Name, IMetric>>,
  period: Duration,
): MathExpression {
  return new MathExpression({
    label,
    expression: `FILL(${all}, 0) - FILL(${counted}, 0)`,
    usingMetrics,
    period,
  });
}
