import type { LoggedEvent } from '../directory/events/event';
import type { JsonObject } from '../scim/json';

/** An event as applications receive it: CloudEvents 1.0 in JSON. */
export interface EventEnvelope extends JsonObject {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly subject: string;
  readonly datacontenttype: 'application/json';
  readonly data: JsonObject;
}

/** The order of the members of `data`. */
const DATA_MEMBERS = [
  'connection',
  'user',
  'group',
  'membership',
  'resourceType',
  'resource',
  'sync',
  'previous',
  'changed',
  'sequence',
  'reason',
  'requestId',
  'actsAs',
  'truncated',
] as const;

/**
 * Returns an event as applications receive it.
 * @param deployment name of the deployment
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function toEnvelope(deployment: string, event: LoggedEvent): EventEnvelope {
  const { id, type, connection, subject, time, sequence, data, personal } = event;
  const members: JsonObject = { ...data, ...personal, sequence };
  return {
    specversion: '1.0',
    id,
    source: `urn:cdk-scim:${deployment}:${connection}`,
    type,
    time,
    subject,
    datacontenttype: 'application/json',
    data: Object.fromEntries(
      DATA_MEMBERS.flatMap((name) => {
        const value = members[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}
