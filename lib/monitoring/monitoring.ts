import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { ScimFunctions } from '../functions/scim-functions';
import type { ScimServiceProviderProps } from '../scim-service-provider-props';
import { addAlarms } from './alarms';
import { addDashboard } from './dashboard';
import type { Metrics } from './metrics';

/** What is monitored, and how. */
interface MonitoringProps extends Pick<
  ScimServiceProviderProps,
  'alarms' | 'dashboard' | 'failureMail'
> {
  readonly metrics: Metrics;
  readonly functions: ScimFunctions;
  readonly table: ITableV2;
  /** Queue with the positions of stream records that could not be processed. */
  readonly discarded: IQueue;
}

/** Adds the alarms and the dashboard, as far as the props want them. */
export function addMonitoring(scope: Construct, props: MonitoringProps): void {
  const { metrics, functions, table, discarded } = props;
  const isMailed = (props.failureMail?.recipients ?? []).length > 0;
  const alarms =
    props.alarms === undefined
      ? []
      : addAlarms(scope, props.alarms, { metrics, functions, discarded, isMailed });
  if (props.dashboard ?? true) addDashboard(scope, { metrics, alarms, functions, table });
}
