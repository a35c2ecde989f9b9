import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { METRICS } from '../../lambdas/contract';
import { gatewayRefusalsOf, serverErrorsOf } from './api-metrics';
import { FailureKind, type Metrics } from './metrics';
import type { ScimFunctions } from '../functions/scim-functions';

/** Width of a graph: half of the 24 columns of a row. */
const WIDTH = 12;

/** Sources of the dashboard's graphs. */
export interface DashboardProps {
  readonly metrics: Metrics;
  readonly alarms: readonly IAlarm[];
  readonly functions: ScimFunctions;
  readonly table: ITableV2;
}

/**
 * Adds a dashboard with requests, latency, failures by kind, the state of the alarms, and the load
 * on the functions and the table.
 */
export function addDashboard(
  scope: Construct,
  { metrics, alarms, functions, table }: DashboardProps,
): void {
  const { latency } = METRICS;
  const all = Object.values<LambdaFunction>({ ...functions });
  const rows: IWidget[][] = [
    [
      graph('Requests', metrics.metric(latency, { statistic: 'SampleCount', label: 'requests' })),
      graph(
        'Latency in the function (ms)',
        ...['p50', 'p95', 'p99'].map((statistic) =>
          metrics.metric(latency, { statistic, label: statistic }),
        ),
      ),
    ],
    [
      graph(
        'Failures by kind',
        ...Object.values(FailureKind).map((kind) => metrics.failuresOf(kind)),
      ),
      graph(
        'Server errors and gateway refusals',
        serverErrorsOf(metrics, Duration.minutes(5)),
        gatewayRefusalsOf(metrics, Duration.minutes(5)),
      ),
    ],
    [
      graph('Function errors', ...all.map((fn) => fn.metricErrors())),
      graph('Function throttles', ...all.map((fn) => fn.metricThrottles())),
    ],
    [
      graph(
        'Age of stream records (ms)',
        functions.dispatcher.metric('IteratorAge', { statistic: 'Maximum' }),
      ),
      graph('Duration of functions (ms)', ...all.map((fn) => fn.metricDuration())),
    ],
    [
      graph(
        'Consumed request units of the table',
        table.metricConsumedReadCapacityUnits(),
        table.metricConsumedWriteCapacityUnits(),
      ),
      graph(
        'Tokens near expiry and silent connections',
        metrics.ofConnections(METRICS.tokensNearExpiry, { label: 'tokens' }),
        metrics.ofConnections(METRICS.silentConnections, { label: 'connections' }),
      ),
    ],
  ];
  rows.push([
    graph(
      'Events that were not accepted',
      metrics.metric(METRICS.undeliveredEvents, { label: 'by EventBridge' }),
      metrics.metric(METRICS.failedWebhooks, { label: 'by webhooks' }),
    ),
  ]);
  if (alarms.length > 0)
    rows.unshift([
      new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 2 * WIDTH }),
    ]);
  new Dashboard(scope, 'Dashboard', { widgets: rows });
}

function graph(title: string, ...left: readonly IMetric[]): GraphWidget {
  return new GraphWidget({ title, left: [...left], width: WIDTH });
}
