import { lanePartition } from '../store/keys';
import { positionSort } from '../store/key-texts';
import type { Table } from '../store/table';
import type { EventCursor } from './cursor';
import { LOGGED_TYPES, type EventType, type LoggedEvent } from './event';
import { eventFromItem, eventKey, referenceFromItem, type EventReference } from './event-item';
import { LANES, laneOf } from './lanes';
import { readLogState, type LogState } from './log-state';

/** Most references that are read for one page. */
const READ_LIMIT = 5000;

/** Characters of a page's events: an answer of a function is limited to 6 MB. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;

/** Events that are read in one call. */
const BATCH = 50;

/** How often a lane is read again if a position is missing that is about to appear. */
const GAP_ATTEMPTS = 8;

/** A query of the event log. */
export interface EventQuery {
  /** Undefined for the oldest events, `latest` for the end of the log. */
  readonly after?: EventCursor | 'latest' | undefined;
  /** Most events of the page. */
  readonly limit: number;
  /** Types to return; all of `LOGGED_TYPES` by default. */
  readonly types?: ReadonlySet<EventType> | undefined;
  /** Id of a connection; all by default. */
  readonly connection?: string | undefined;
}

/** A page of the event log. */
export interface EventPage {
  readonly events: readonly LoggedEvent[];
  readonly next: EventCursor;
}

/** A cursor that is no longer valid, with the cursor of the oldest events. */
export interface ExpiredCursor {
  readonly expired: 'restored' | 'tooOld';
  readonly oldest: EventCursor;
}

/**
 * Returns a page of events after a cursor: those of one connection in their order, and those of
 * different connections about in order of time. No event is left out.
 */
export async function readEvents(
  table: Table,
  { after, limit, types = new Set<EventType>(LOGGED_TYPES), connection }: EventQuery,
): Promise<EventPage | ExpiredCursor> {
  const state = await readLogState(table);
  if (after === 'latest') {
    const ends = new Map(state.positions.entries());
    return { events: [], next: { epoch: state.epoch, positions: ends } };
  }
  if (after !== undefined && after.epoch !== state.epoch) {
    return { expired: 'restored', oldest: { epoch: state.epoch, positions: new Map() } };
  }
  const lanes =
    connection === undefined ? Array.from({ length: LANES }, (_, n) => n) : [laneOf(connection)];
  const positions = new Map(after?.positions);
  const starts = await Promise.all(
    lanes.map((lane) => startOf(table, state, lane, positions.get(lane))),
  );
  const expired = starts.find(({ expired: reason }) => reason !== undefined)?.expired;
  // Also for a lane that starts at its oldest event: should that expire, the reader must know.
  for (const { lane, position } of starts) positions.set(lane, position);
  if (expired !== undefined) return { expired, oldest: { epoch: state.epoch, positions } };
  const references = merged(starts.flatMap((start) => start.references));
  const events: LoggedEvent[] = [];
  let [read, characters, isFull] = [0, 0, false];
  while (!isFull && events.length < limit && read < READ_LIMIT) {
    const batch: EventReference[] = [];
    while (batch.length < Math.min(BATCH, limit - events.length) && read < READ_LIMIT) {
      const { value: reference } = await references.next();
      if (reference === undefined) break;
      read += 1;
      const isWanted =
        types.has(reference.type) &&
        (connection === undefined || reference.connection === connection);
      if (isWanted) batch.push(reference);
      else if (batch.length === 0) {
        positions.set(laneOf(reference.connection), reference.position);
      }
    }
    const found = await eventsOf(table, batch);
    for (const reference of batch) {
      const event = found.get(reference.id);
      characters += event === undefined ? 0 : sizeOf(event);
      if (characters > PAGE_CHARACTERS && events.length > 0) {
        isFull = true;
        break;
      }
      // The data of a deleted connection is removed before the references to it.
      if (event !== undefined) events.push(event);
      positions.set(laneOf(reference.connection), reference.position);
    }
    if (batch.length === 0) break;
  }
  return { events, next: { epoch: state.epoch, positions } };
}

/** Reads events by their references, in any order. */
export async function eventsOf(
  table: Table,
  references: readonly Pick<EventReference, 'id' | 'type' | 'connection'>[],
): Promise<ReadonlyMap<string, LoggedEvent>> {
  const items = await table.getMany(references.map(eventKey));
  return new Map(items.map((item) => [item.sk, eventFromItem(item)]));
}

/** Returns the characters of an event's data. */
export function sizeOf({ data, personal }: LoggedEvent): number {
  return JSON.stringify([data, personal]).length;
}

type References = AsyncGenerator<EventReference, undefined>;

/** A lane that was opened. */
interface Start {
  readonly lane: number;
  /** The position before the first reference. */
  readonly position: number;
  /** A list with the references, empty if there are none. */
  readonly references: readonly References[];
  /** Why the position that was asked for is not valid. */
  readonly expired?: ExpiredCursor['expired'];
}

/** Opens a lane after a position. @param after undefined for the oldest event */
async function startOf(
  table: Table,
  { positions }: LogState,
  lane: number,
  after: number | undefined,
): Promise<Start> {
  const end = positions[lane] ?? 0;
  if (after !== undefined && after > end) {
    return { lane, position: 0, references: [], expired: 'restored' };
  }
  if (after === end || end === 0) return { lane, position: end, references: [] };
  const references = laneReferences(table, lane, after, end);
  const { value: first } = await references.next();
  if (first !== undefined) {
    return { lane, position: first.position - 1, references: [prepended(first, references)] };
  }
  const position = await resumeAfter(table, lane, after ?? 0, end);
  if (after === undefined) return { lane, position, references: [] };
  return { lane, position, references: [], expired: 'tooOld' };
}

/**
 * Yields the references of a lane after a position, without a gap. It ends early where a
 * transaction is not entirely visible yet.
 * @param after undefined for the oldest event
 * @param end the last position
 */
export async function* laneReferences(
  table: Table,
  lane: number,
  after: number | undefined,
  end: number,
): References {
  let last = after;
  for (let attempt = 1; attempt <= GAP_ATTEMPTS; attempt += 1) {
    const between = [positionSort((last ?? 0) + 1), positionSort(end)] as const;
    if (last === end) return undefined;
    const items = table.queryAll(lanePartition(lane), { between, limit: 100 });
    for await (const item of items) {
      const reference = referenceFromItem(item);
      if (isExpired(reference) && last === undefined) continue;
      if (isExpired(reference)) return undefined;
      if (last !== undefined && reference.position !== last + 1) break;
      last = reference.position;
      yield reference;
    }
    if (last === undefined || last === end) return undefined;
    await table.retries.pause(attempt);
  }
  return undefined;
}

/**
 * Returns the position after which a channel goes on. It is a later one if the events in between
 * have expired.
 */
export async function resumeAfter(
  table: Table,
  lane: number,
  after: number,
  end: number,
): Promise<number> {
  const { value: next } = await laneReferences(table, lane, after, after + 1).next();
  if (next !== undefined) return after;
  const between = [positionSort(after + 1), positionSort(end)] as const;
  for await (const item of table.queryAll(lanePartition(lane), { between, limit: 100 })) {
    const reference = referenceFromItem(item);
    if (!isExpired(reference)) return reference.position - 1;
  }
  return end;
}

/** DynamoDB removes expired items within days, in any order. */
function isExpired({ expires }: EventReference): boolean {
  return expires * 1000 <= Date.now();
}

async function* prepended(first: EventReference, rest: References): References {
  yield first;
  yield* rest;
  return undefined;
}

/** Merges lanes by the ids of the events, which are sorted by time; each lane keeps its order. */
async function* merged(lanes: readonly References[]): References {
  const heads = new Map<References, EventReference>();
  const advance = async (lane: References): Promise<void> => {
    const { value } = await lane.next();
    if (value === undefined) heads.delete(lane);
    else heads.set(lane, value);
  };
  await Promise.all(lanes.map(advance));
  for (;;) {
    const [next] = [...heads].sort(([, a], [, b]) => (a.id < b.id ? -1 : 1));
    if (next === undefined) return undefined;
    const [lane, reference] = next;
    yield reference;
    await advance(lane);
  }
}
