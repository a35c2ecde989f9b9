import type { NewEvent } from '../directory/events/event';
import { isObject, type Json, type JsonObject } from '../scim/json';

/**
 * Bytes that the data of an event may have. With its envelope it then fits into an entry of
 * EventBridge of 256 KB, which is what consumers are built for.
 */
const DATA_BYTES = 240 * 1024;

/**
 * Cuts the data of an event that is too large: first the SCIM resource, then the previous state,
 * then the rest of the resource, which can be read by its id. Such events have `truncated: true`.
 */
export function bounded(event: NewEvent): NewEvent {
  let { data, personal = {} } = event;
  const cuts: readonly (() => void)[] = [
    () => {
      [data, personal] = [withoutScim(data), withoutScim(personal)];
    },
    () => {
      const [{ previous: _, ...rest }, { previous: __, ...others }] = [data, personal];
      [data, personal] = [rest, others];
    },
    () => {
      personal = {};
      const { group } = data;
      if (isObject(group)) data = { ...data, group: { id: group['id'] } };
    },
  ];
  for (const cut of cuts) {
    if (Buffer.byteLength(JSON.stringify([data, personal])) <= DATA_BYTES) break;
    cut();
    data = { ...data, truncated: true };
  }
  if (data === event.data) return event;
  return { ...event, data, ...(event.personal === undefined ? {} : { personal }) };
}

function withoutScim(data: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]): readonly [string, Json | undefined] => {
      if (!isObject(value)) return [name, value];
      const { scim: _, ...rest } = value;
      return [name, rest];
    }),
  );
}
