import { isObject, parseJson, type JsonObject } from '../../scim/json';
import { indexOfEntry } from '../log/entry-item';
import { numberOf, textOf, type Item, type Key } from '../store/item';
import { CONNECTION_EVENTS, eventPartition, lanePartition } from '../store/keys';
import { positionSort } from '../store/key-texts';
import { ABSENT, type Check, type Write } from '../store/write';
import { EVENT_TYPES, type EventType, type LoggedEvent, type NewEvent } from './event';
import { laneOf } from './lanes';

/*
 * An event is two items: the event itself, whose key is its id, so that no event is appended twice;
 * and a reference to it at a position of its lane.
 */

/** The reference to an event at a position of a lane. */
export interface EventReference {
  readonly position: number;
  readonly id: string;
  readonly type: EventType;
  /** Id of the connection. */
  readonly connection: string;
  /** RFC 3339: when it was appended, which grows with the position. */
  readonly at: string;
  /** When DynamoDB removes the event, in seconds since the epoch. */
  readonly expires: number;
}

/** Returns the key of an event. Events about a connection outlive its data. */
export function eventKey({
  id,
  type,
  connection,
}: Pick<NewEvent, 'id' | 'type' | 'connection'>): Key {
  const pk = type.startsWith('connection.') ? CONNECTION_EVENTS : eventPartition(connection);
  return { pk, sk: id };
}

/**
 * Creates the writes that append an event.
 * @param expires when DynamoDB removes the event, in seconds since the epoch
 * @returns first the event, then its reference, then its check, if it has one
 */
export function eventWrites(
  event: NewEvent,
  position: number,
  expires: number,
): readonly (Write | Check)[] {
  const { id, type, connection, subject, time, sequence, data, personal, userId, check } = event;
  return [
    {
      put: {
        ...eventKey(event),
        ...indexOfEntry(connection, id, userId),
        entry: 'event',
        type,
        connection,
        subject,
        time,
        sequence: sequence ?? position,
        position,
        data: JSON.stringify(data),
        ...(personal === undefined ? {} : { personal: JSON.stringify(personal) }),
        ttl: expires,
      },
      condition: ABSENT,
    },
    {
      put: {
        pk: lanePartition(laneOf(connection)),
        sk: positionSort(position),
        connection,
        event: id,
        type,
        at: new Date().toISOString(),
        ttl: expires,
      },
    },
    ...(check === undefined ? [] : [check]),
  ];
}

/** Reads the item of an event. */
export function eventFromItem(item: Item): LoggedEvent {
  const { personal } = item;
  return {
    id: item.sk,
    type: typeFrom(item),
    connection: textOf(item, 'connection'),
    subject: textOf(item, 'subject'),
    time: textOf(item, 'time'),
    sequence: numberOf(item, 'sequence'),
    position: numberOf(item, 'position'),
    data: objectFrom(textOf(item, 'data')),
    ...(typeof personal === 'string' ? { personal: objectFrom(personal) } : {}),
  };
}

/** Reads the item of a reference. */
export function referenceFromItem(item: Item): EventReference {
  return {
    position: Number(item.sk),
    id: textOf(item, 'event'),
    type: typeFrom(item),
    connection: textOf(item, 'connection'),
    at: textOf(item, 'at'),
    expires: numberOf(item, 'ttl'),
  };
}

function typeFrom(item: Item): EventType {
  const found = EVENT_TYPES.find((type) => type === item['type']);
  if (found === undefined) throw new Error(`Item ${item.pk} / ${item.sk} has an unknown type.`);
  return found;
}

function objectFrom(text: string): JsonObject {
  const value = parseJson(text);
  return isObject(value) ? value : {};
}
