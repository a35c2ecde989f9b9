import { EventBus, Rule, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { EVENT_SOURCE, EVENT_TYPES } from '../../lambdas/contract';
import type { EventsProps, OnEventOptions } from './events-props';

/** Returns the bus for events, and creates one unless the props have one. */
export function eventBusOf(scope: Construct, { eventBus }: EventsProps = {}): IEventBus {
  if (eventBus !== undefined) return eventBus;
  const description = 'SCIM: changes of users and groups';
  // aws-cdk-lib is compiled without exactOptionalPropertyTypes.
  return new EventBus(scope, 'Events', { description }) as IEventBus;
}

/**
 * Adds a rule that delivers events to a target.
 * @throws Error for a type that does not exist
 */
export function addEventRule(
  scope: Construct,
  id: string,
  eventBus: IEventBus,
  { target, types, connections }: OnEventOptions,
): Rule {
  const unknown = (types ?? []).find((type) => !EVENT_TYPES.some((known) => known === type));
  if (unknown !== undefined) {
    throw new Error(
      `onEvent: there is no event type "${unknown}". The types are ${EVENT_TYPES.join(', ')}.`,
    );
  }
  return new Rule(scope, id, {
    eventBus,
    eventPattern: {
      source: [EVENT_SOURCE],
      ...(types === undefined ? {} : { detailType: types }),
      ...(connections === undefined
        ? {}
        : { detail: { data: { connection: { id: connections } } } }),
    },
    targets: [target],
  });
}
