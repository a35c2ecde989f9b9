import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventAppender } from '../directory/events/append';
import { eventId, type NewEvent } from '../directory/events/event';
import { DynamoDBConnection, type DynamoDB } from '../directory/store/client/dynamodb';
import { Table } from '../directory/store/table';
import type { Effort } from './support/effort';
import { startTable } from './support/processes';
import { median, percentile, table, timed } from './support/statistics';
import { startSystem, type System } from './support/system';

/** Writes per second while the latency of events is measured. */
const WRITES = 50;

/** Events that are appended in one batch of the stream. */
const BATCH = 490;

/** Most write units of an event in a full transaction. */
const MOST_UNITS = 6;

/**
 * Measures how long a change takes to the event bus, and what appending events costs.
 * @throws Error if the latency is above two seconds, or if an event takes more units than allowed
 */
export async function events(effort: Effort): Promise<string> {
  const latencies = await latency(effort);
  const { perEvent, units, ratio } = await appending(effort);
  return `Users are created at ${WRITES} a second through the whole system of \`npm start\`; the \
stream has a batching window of a second. Then ${BATCH} events are appended to one lane, as the \
dispatcher does with a batch, beside single writes of an item of the same size.

${table(
  ['measurement', 'value'],
  [
    ['write to event bus, median', `${Math.round(percentile(latencies, 0.5))} ms`],
    ['write to event bus, p95', `${Math.round(percentile(latencies, 0.95))} ms`],
    ['events a second of one dispatcher in one lane', Math.round(1000 / perEvent)],
    ['time of an event, relative to a single write', ratio.toFixed(2)],
    ['write units of an event', units.toFixed(1)],
    ['write units that a request writes for its events', 0],
  ],
)}`;
}

/** @returns milliseconds from the answer of a request to its event on the bus */
async function latency({ rounds, roundMs, flag }: Effort): Promise<readonly number[]> {
  const system = await startSystem();
  try {
    const answered = new Map<string, number>();
    const arrived = new Map<string, number>();
    const count = Math.max(5, Math.round((WRITES * roundMs * rounds) / 1000));
    const start = performance.now();
    const writes: Promise<void>[] = [];
    const watching = watch(system, arrived, count);
    for (let index = 0; index < count; index += 1) {
      await sleep(Math.max(0, start + (index * 1000) / WRITES - performance.now()));
      writes.push(
        create(system, `u${index}@acme.example`).then((id) => {
          answered.set(`Users/${id}`, performance.now());
        }),
      );
    }
    await Promise.all(writes);
    await watching;
    const latencies = [...answered].map(([subject, at]) => (arrived.get(subject) ?? 0) - at);
    if (flag !== '--smoke' && percentile(latencies, 0.95) > 2000) {
      throw new Error('Events take longer than two seconds to the bus.');
    }
    return latencies;
  } finally {
    await system.stop();
  }
}

async function create({ scimBaseUrl, token }: System, userName: string): Promise<string> {
  const response = await fetch(`${scimBaseUrl}/Users`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
    body: JSON.stringify({ userName }),
  });
  return ((await response.json()) as { readonly id: string }).id;
}

/** Notes when each event is on the bus, to a tenth of a second. */
async function watch(
  { eventsUrl }: System,
  arrived: Map<string, number>,
  count: number,
): Promise<void> {
  while (arrived.size < count) {
    const response = await fetch(eventsUrl, { headers: { Accept: 'application/json' } });
    const list = (await response.json()) as readonly {
      readonly detail: { readonly subject: string };
    }[];
    for (const { detail } of list) {
      const isUser = detail.subject.startsWith('Users/');
      if (isUser && !arrived.has(detail.subject)) arrived.set(detail.subject, performance.now());
    }
    await sleep(100);
  }
}

async function appending({ rounds }: Effort): Promise<{
  readonly perEvent: number;
  readonly units: number;
  readonly ratio: number;
}> {
  const engine = await startTable();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const connection = new DynamoDBConnection({
    endpoint: engine.endpoint,
    region: 'us-east-1',
    credentials: () => credentials,
  });
  let units = 0;
  const metered: DynamoDB = {
    async call(operation, input, options) {
      const wanted = { ...input, ReturnConsumedCapacity: 'TOTAL' as const };
      const result = await connection.call(operation, wanted, options);
      const { ConsumedCapacity: consumed } = result as { ConsumedCapacity?: unknown };
      for (const { CapacityUnits = 0 } of [consumed ?? []].flat() as { CapacityUnits?: number }[]) {
        units += CapacityUnits;
      }
      return result;
    },
  };
  const store = new Table(metered, 'scim');
  const appender = new EventAppender(30);
  const [times, singles]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round += 1) {
    const batch = Array.from({ length: BATCH }, eventOf);
    units = 0;
    const time = await timed(() => appender.append(store, batch));
    const perEvent = units / BATCH;
    if (perEvent > MOST_UNITS) throw new Error(`An event takes ${perEvent} write units.`);
    const single = await timed(async () => {
      for (const { id, personal } of batch.slice(0, 50)) {
        const put = { pk: `bench#${id}`, sk: id, text: JSON.stringify(personal) };
        await store.write([{ put }]);
      }
    });
    units = perEvent;
    // The first round warms up the JIT compilers.
    if (round === 0 && rounds > 1) continue;
    times.push(time / BATCH);
    singles.push(single / 50);
  }
  connection.close();
  await engine.stop();
  const ratios = times.map((time, index) => time / (singles[index] ?? time));
  return { perEvent: median(times), units, ratio: median(ratios) };
}

function eventOf(): NewEvent {
  const [id, time] = [randomUUID(), new Date().toISOString()];
  const user = { id, userName: `${id}@acme.example`, active: true, roles: [], custom: {} };
  return {
    id: eventId(id, time),
    type: 'user.updated',
    connection: 'bench',
    subject: `Users/${id}`,
    time,
    sequence: 1,
    data: { connection: { id: 'bench', displayName: 'Bench' }, user: { id }, reason: 'scim' },
    personal: { user: { ...user, scim: { ...user, schemas: ['x'] } }, previous: user },
    userId: id,
  };
}
