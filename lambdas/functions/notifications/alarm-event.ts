import type { EventBridgeEvent } from 'aws-lambda';
import type { AlarmNotice } from '../../../directory/notices/notice';

/**
 * What CloudWatch says when the state of an alarm changes.
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

/** Whether an event is one of an alarm. */
export function isAlarm(
  event: EventBridgeEvent<string, unknown> | AlarmEvent,
): event is AlarmEvent {
  return event['detail-type'] === 'CloudWatch Alarm State Change';
}

/** What there is to tell of it: that an alarm was raised, or that one that had been is over. */
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
