import { createHash, randomUUID } from 'node:crypto';
import { asText, isObject } from '../../scim/json';
import { EVENT_TYPES, type NewEvent } from '../events/event';
import { LANES } from '../events/lanes';
import { numberOf, textOf, type Item, type ItemValue, type Key } from '../store/item';
import { webhookPartition } from '../store/keys';
import { PRESENT, type Write } from '../store/write';

/** The state of an endpoint's deliveries, as one worker at a time changes it. */
export interface DeliveryState {
  /** Position in each lane of the event log up to which events are delivered or parked. */
  readonly positions: readonly number[];
  /** RFC 3339: since when nothing was accepted. */
  readonly failingSince?: string;
  /** RFC 3339. */
  readonly lastSuccessAt?: string;
  /** Set while the endpoint counts as down: when it is tried again, in ms since the epoch. */
  readonly waitUntil?: number;
  /** Attempts since the endpoint is down. */
  readonly probes: number;
}

/** A reference to an event that waits. */
export type WaitingEvent = Pick<NewEvent, 'id' | 'type' | 'connection'>;

/** A subject whose first event was not accepted; its later events wait, too. */
export interface ParkedSubject {
  /** Part of the key: a digest of the subject, or the id of an event that is sent again. */
  readonly key: string;
  /** The first one is attempted. */
  readonly events: readonly WaitingEvent[];
  /** Attempts of the first event. */
  readonly attempts: number;
  /** When the next attempt is due, in milliseconds since the epoch. */
  readonly dueAt: number;
  /** An event that is not in the log, as JSON: a test. */
  readonly inline?: string;
}

/** Returns the state of a new endpoint. @param positions the ends of the lanes */
export function newState(positions: readonly number[]): DeliveryState {
  return { positions, probes: 0 };
}

/** Returns the key of an endpoint's state. */
export function stateKey(webhook: string): Key {
  return { pk: webhookPartition(webhook), sk: 'state' };
}

/** Returns the attributes of a state; those that are missing are to be removed. */
export function stateAttributes(state: DeliveryState): Readonly<Record<string, ItemValue>> {
  const { positions, failingSince, lastSuccessAt, waitUntil, probes } = state;
  return {
    positions: [...positions],
    probes,
    ...(failingSince === undefined ? {} : { failingSince }),
    ...(lastSuccessAt === undefined ? {} : { lastSuccessAt }),
    ...(waitUntil === undefined ? {} : { waitUntil }),
  };
}

/** Attributes of a state that can be missing. */
export const OPTIONAL_STATE = ['failingSince', 'lastSuccessAt', 'waitUntil'] as const;

/**
 * Creates the write for a receiver that is enabled again: it is tried at once, and has five days
 * again.
 */
export function freshStart(webhook: string): Write {
  return {
    update: stateKey(webhook),
    set: { probes: 0 },
    remove: ['failingSince', 'waitUntil'],
    condition: PRESENT,
  };
}

/** Returns a state as an item. */
export function stateToItem(webhook: string, state: DeliveryState): Item {
  return { ...stateKey(webhook), ...stateAttributes(state) };
}

/** Reads the item of a state. */
export function stateFromItem(item: Item): DeliveryState {
  const { failingSince, lastSuccessAt, waitUntil } = item;
  return {
    positions: positionsFrom(item['positions']),
    probes: numberOf(item, 'probes'),
    ...(typeof failingSince === 'string' ? { failingSince } : {}),
    ...(typeof lastSuccessAt === 'string' ? { lastSuccessAt } : {}),
    ...(typeof waitUntil === 'number' ? { waitUntil } : {}),
  };
}

function positionsFrom(value: ItemValue | undefined): readonly number[] {
  const list: readonly ItemValue[] = Array.isArray(value) ? value : [];
  return Array.from({ length: LANES }, (_, lane) => Number(list[lane] ?? 0));
}

const PARKED = 'parked#';
const REPLAY = 'replay#';

/** First and last sort key of parked subjects, and of requests to replay events. */
export const QUEUE_RANGE = [PARKED, `${REPLAY}~`] as const;

/** Creates the item that asks the worker to go back in the log. */
export function replayItem(webhook: string, positions: readonly number[]): Item {
  const sk = `${REPLAY}${randomUUID()}`;
  return { pk: webhookPartition(webhook), sk, positions: [...positions] };
}

/** Reads the item of `replayItem`; undefined for the item of a parked subject. */
export function replayFromItem(item: Item): readonly number[] | undefined {
  return item.sk.startsWith(REPLAY) ? positionsFrom(item['positions']) : undefined;
}

/** Returns the key of a subject, under which its events are parked. */
export function subjectKey({
  connection,
  subject,
}: Pick<NewEvent, 'connection' | 'subject'>): string {
  return createHash('sha256').update(`${connection} ${subject}`).digest('base64url').slice(0, 22);
}

/** Returns the key of a parked subject's item. */
export function parkedKey(webhook: string, key: string): Key {
  return { pk: webhookPartition(webhook), sk: `${PARKED}${key}` };
}

/** Returns a parked subject as an item. */
export function parkedToItem(webhook: string, { key, events, ...rest }: ParkedSubject): Item {
  return {
    ...parkedKey(webhook, key),
    events: events.map(({ id, type, connection }) => ({ id, type, connection })),
    ...rest,
  };
}

/** Reads the item of a parked subject. */
export function parkedFromItem(item: Item): ParkedSubject {
  const { events, inline } = item;
  const list: readonly ItemValue[] = Array.isArray(events) ? events : [];
  return {
    key: item.sk.slice(PARKED.length),
    events: list.flatMap(waitingFrom),
    attempts: numberOf(item, 'attempts'),
    dueAt: numberOf(item, 'dueAt'),
    ...(inline === undefined ? {} : { inline: textOf(item, 'inline') }),
  };
}

function waitingFrom(value: ItemValue): readonly WaitingEvent[] {
  if (!isObject(value)) return [];
  const { id, type, connection } = value;
  const known = EVENT_TYPES.find((each) => each === type);
  return known === undefined
    ? []
    : [{ id: asText(id), type: known, connection: asText(connection) }];
}
