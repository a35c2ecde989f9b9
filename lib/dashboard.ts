import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { METRICS } from '../lambdas/contract';
import { gatewayRefusalsOf, serverErrorsOf } from './alarms';
import { FailureKind, type Metrics } from './metrics';
import type { ScimFunctions } from './scim-functions';

/** Half a row. */
const WIDTH = 12;

/** What a dashboard shows. */
export interface DashboardProps {
  readonly metrics: Metrics;
  readonly alarms: readonly IAlarm[];
  readonly functions: ScimFunctions;
  readonly table: TableV2;
}

/** Shows how much is asked, what of it fails and why, how long it takes, and what the functions and the table have to do for it. */
export function addDashboard(scope: Construct, { metrics, alarms, functions, table }: DashboardProps): void {
  const { latency } = METRICS;
  const all = Object.values<LambdaFunction>({ ...functions });
  const rows: IWidget[][] = [
    [
      graph('Requests', metrics.of(latency, { statistic: 'SampleCount', label: 'requests' })),
      graph(
        'Time in the function (ms)',
        ...['p50', 'p95', 'p99'].map((statistic) => metrics.of(latency, { statistic, label: statistic })),
      ),
    ],
    [
      graph('Failures by kind', ...Object.values(FailureKind).map((kind) => metrics.failuresOf(kind))),
      graph(
        'Failed here',
        serverErrorsOf(metrics, Duration.minutes(5)),
        gatewayRefusalsOf(metrics, Duration.minutes(5)),
      ),
    ],
    [
      graph('Errors of functions', ...all.map((fn) => fn.metricErrors())),
      graph('Functions throttled', ...all.map((fn) => fn.metricThrottles())),
    ],
    [
      graph(
        'Request units of the table',
        table.metricConsumedReadCapacityUnits(),
        table.metricConsumedWriteCapacityUnits(),
      ),
      graph(
        'Tokens that end within a week, connections that have gone silent',
        metrics.ofConnections(METRICS.tokensNearExpiry, { label: 'tokens' }),
        metrics.ofConnections(METRICS.silentConnections, { label: 'connections' }),
      ),
    ],
  ];
  if (alarms.length > 0)
    rows.unshift([new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 2 * WIDTH })]);
  new Dashboard(scope, 'Dashboard', { widgets: rows });
}

function graph(title: string, ...left: readonly IMetric[]): GraphWidget {
  return new GraphWidget({ title, left: [...left], width: WIDTH });
}
