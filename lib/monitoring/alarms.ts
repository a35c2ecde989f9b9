import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { alarmDefinitions, type AlarmSources } from './alarm-definitions';
import type { AlarmProps } from './alarm-props';

/** The page with a section for each alarm. */
const RUNBOOK = 'https://github.com/cdk-scim/cdk-scim/blob/main/docs/operations/runbook.md';

/**
 * Creates the alarms of a service provider. `docs/operations/runbook.md` has a section for each,
 * with the alarm's id as its heading.
 */
export function addAlarms(scope: Construct, props: AlarmProps, sources: AlarmSources): Alarm[] {
  const { topic } = props;
  const mailed: Alarm[] = [];
  const alarms = alarmDefinitions(props, sources).map(
    ({ id, meaning, metric, threshold, periods = 1, isUnmailed }) => {
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
      if (isUnmailed === undefined) mailed.push(alarm);
      return alarm;
    },
  );
  if (sources.isMailed) mailAlarms(scope, mailed, sources.functions.notifications);
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
