import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAboutDirectory, type LoggedEvent } from '../directory/events/event';
import type { EventReference } from '../directory/events/event-item';
import { noteOnBus, readLogState } from '../directory/events/log-state';
import { eventsOf, laneReferences, resumeAfter } from '../directory/events/read';
import { inParallel } from '../directory/store/batches';
import type { Table } from '../directory/store/table';
import { toEnvelope } from './envelope';

/** Entries of one call. */
const CALL_ENTRIES = 10;

/**
 * Bytes of one call. It used to be limited to 256 KB, and what EventBridge bills is the same.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
const CALL_BYTES = 250 * 1024;

/** Lanes that are published in parallel. */
const WIDTH = 4;

/** How often an entry is sent that EventBridge refuses. */
const ATTEMPTS = 3;

/** Errors of entries that would be refused again. */
const LASTING = /^(?:InvalidArgument|MalformedDetail|NotAuthorizedForDetailTypeException)$/;

/** A bus, as its publisher knows it. */
export interface EventBus {
  readonly client: EventBridgeClient;
  readonly arn: string;
  /** `Source` of the entries. */
  readonly source: string;
  /** Name of the deployment. */
  readonly deployment: string;
  /** When to stop, in milliseconds since the epoch. */
  readonly until: number;
  /** Called for events that EventBridge refuses, for good or for now. */
  readonly onUndelivered: (number: number, reason: string) => void;
}

/**
 * Puts the events of the log that are not on the bus yet on the bus, each lane in its order. Two
 * publishers may put an event twice; it has the same id then.
 */
export async function publishEvents(table: Table, bus: EventBus): Promise<void> {
  const state = await readLogState(table);
  const behind = state.positions
    .map((end, lane) => ({ lane, end, from: state.bus[lane] ?? 0 }))
    .filter(({ end, from }) => from < end);
  // If one lane cannot be published, neither can the others: the bus cannot be reached.
  let isReachable = true;
  await inParallel(behind, WIDTH, async ({ lane, end, from }) => {
    if (!isReachable || Date.now() > bus.until) return;
    isReachable = (await publishLane(table, bus, lane, from, end)) && isReachable;
  });
}

/** @returns false if the bus does not accept events now, or the time is up */
async function publishLane(
  table: Table,
  bus: EventBus,
  lane: number,
  from: number,
  end: number,
): Promise<boolean> {
  let position = from;
  const put = async (references: readonly EventReference[]): Promise<boolean> => {
    const found = await eventsOf(table, references);
    for (const entries of callsOf(bus, references, found)) {
      if (Date.now() > bus.until || !(await putEntries(bus, entries))) return false;
      const last = entries.at(-1)?.position ?? position;
      await noteOnBus(table, lane, position, last);
      position = last;
    }
    return true;
  };
  let batch: EventReference[] = [];
  const start = await resumeAfter(table, lane, from, end);
  for await (const reference of laneReferences(table, lane, start, end)) {
    batch.push(reference);
    if (batch.length < 100) continue;
    if (!(await put(batch))) return false;
    batch = [];
  }
  return put(batch);
}

/** An entry with the position of its event. */
interface Entry {
  readonly position: number;
  readonly entry: PutEventsRequestEntry | undefined;
}

/**
 * Splits events, in their order, into calls. Events of deleted connections are left out, and so are
 * those that are not about the directory.
 */
function callsOf(
  bus: EventBus,
  references: readonly EventReference[],
  events: ReadonlyMap<string, LoggedEvent>,
): readonly (readonly Entry[])[] {
  const calls: Entry[][] = [];
  let [entries, bytes] = [CALL_ENTRIES, 0];
  for (const { id, position } of references) {
    const event = events.get(id);
    const isSent = event !== undefined && isAboutDirectory(event.type);
    const entry = isSent ? toEntry(bus, event) : undefined;
    const size = Buffer.byteLength(entry?.Detail ?? '');
    if (entries === CALL_ENTRIES || bytes + size > CALL_BYTES) {
      calls.push([]);
      [entries, bytes] = [0, 0];
    }
    entries += 1;
    bytes += size;
    calls.at(-1)?.push({ position, entry });
  }
  return calls;
}

function toEntry({ arn, source, deployment }: EventBus, event: LoggedEvent): PutEventsRequestEntry {
  return {
    EventBusName: arn,
    Source: source,
    DetailType: event.type,
    Time: new Date(event.time),
    Detail: JSON.stringify(toEnvelope(deployment, event)),
  };
}

/**
 * Puts entries on the bus. Those that are refused are sent again alone, so that the others do not
 * come twice.
 * @returns false if some were not accepted; they are put later
 */
async function putEntries(bus: EventBus, entries: readonly Entry[]): Promise<boolean> {
  let left = entries.flatMap(({ entry }) => entry ?? []);
  for (let attempt = 1; left.length > 0; attempt += 1) {
    const results = await send(bus, left);
    const refused = left.map((entry, index) => ({ entry, code: results[index]?.ErrorCode }));
    const lasting = refused.filter(({ code }) => LASTING.test(code ?? ''));
    if (lasting.length > 0) bus.onUndelivered(lasting.length, lasting[0]?.code ?? '');
    const again = refused.filter(({ code }) => code !== undefined && !LASTING.test(code));
    left = again.map(({ entry }) => entry);
    if (left.length === 0) return true;
    if (attempt === ATTEMPTS || Date.now() > bus.until) {
      bus.onUndelivered(left.length, again[0]?.code ?? '');
      return false;
    }
    await sleep(100 * attempt);
  }
  return true;
}

/** Sends a call. A failed call is a failure of all of its entries. */
async function send(
  { client }: EventBus,
  Entries: PutEventsRequestEntry[],
): Promise<readonly PutEventsResultEntry[]> {
  try {
    const { Entries: results = [] } = await client.send(new PutEventsCommand({ Entries }));
    return results;
  } catch (error) {
    const ErrorCode = error instanceof Error ? error.name : String(error);
    return Entries.map(() => ({ ErrorCode }));
  }
}
