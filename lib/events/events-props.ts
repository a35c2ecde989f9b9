import { Duration } from 'aws-cdk-lib';
import type { IEventBus, IRuleTarget } from 'aws-cdk-lib/aws-events';

/** Settings of the event log, from which applications receive changes. */
export interface EventsProps {
  /**
   * Bus that events are put on.
   *
   * @default - a bus of its own, see `ScimServiceProvider.eventBus`
   */
  readonly eventBus?: IEventBus;

  /**
   * Retention of events: 1 to 365 whole days.
   *
   * An application that was away for longer has to read the present state again. A new retention
   * applies to events that happen after the deployment.
   *
   * @default Duration.days(30)
   */
  readonly retention?: Duration;
}

/** Options of `ScimServiceProvider.onEvent`. */
export interface OnEventOptions {
  /**
   * Target of the events, from `aws-cdk-lib/aws-events-targets`.
   *
   * For each event, its input has the event's envelope in `detail`.
   */
  readonly target: IRuleTarget;

  /**
   * Types of the events, such as `user.created`.
   *
   * @default - all types
   */
  readonly types?: string[];

  /**
   * Ids of the connections whose events the target receives.
   *
   * @default - all connections
   */
  readonly connections?: string[];
}

/** Returns how many days events are kept. @throws Error for a time that is not 1 to 365 days */
export function eventDays({ retention = Duration.days(30) }: EventsProps = {}): number {
  const days = retention.toDays({ integral: false });
  if (Number.isInteger(days) && days >= 1 && days <= 365) return days;
  throw new Error(
    `events.retention must be 1 to 365 whole days, not ${retention.toHumanString()}.`,
  );
}
