import type { EventBridgeEvent } from 'aws-lambda';
import type { AlarmNotice } from '../../../directory/notices/notice';

/**
 * CloudWatch's event for a changed alarm state.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export type AlarmEvent = EventBridgeEvent<
  'CloudWatch Alarm State Change',
  {
    readonly alarmName: string;
    readonly state: AlarmState;
    readonly previousState?: AlarmState;
    readonly configuration?: { readonly description?: string };
  }
>;

interface AlarmState {
  readonly value: string;
  readonly reason?: string;
}

/** Returns whether an event is about an alarm. */
export function isAlarm(
  event: EventBridgeEvent<string, unknown> | AlarmEvent,
): event is AlarmEvent {
  return event['detail-type'] === 'CloudWatch Alarm State Change';
}

/** Returns the notice about an alarm that was raised or is over; undefined for other changes. */
export function alarmNoticeOf({ time, detail }: AlarmEvent): AlarmNotice | undefined {
  const { alarmName: alarm, state, previousState, configuration } = detail;
  const isOver = state.value === 'OK' && previousState?.value === 'ALARM';
  if (!isOver && state.value !== 'ALARM') return undefined;
  const { description: meaning = `The alarm ${alarm} was raised.` } = configuration ?? {};
  return {
    kind: 'alarm',
    alarm,
    isOver,
    meaning,
    reason: state.reason ?? '',
    at: new Date(time).toISOString(),
  };
}
