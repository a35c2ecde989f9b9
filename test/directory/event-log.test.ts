import { randomUUID } from 'node:crypto';
import { EventAppender } from '../../directory/events/append';
import { eventId, type NewEvent } from '../../directory/events/event';
import { laneOf } from '../../directory/events/lanes';
import { noteStream, readLogState } from '../../directory/events/log-state';
import { positionsAt } from '../../directory/events/positions-at';
import { readEvents, resumeAfter } from '../../directory/events/read';
import { EVENT_LOG } from '../../directory/store/keys';
import { laneSort } from '../../directory/store/key-texts';
import { Table } from '../../directory/store/table';
import { verify } from '../../directory/verify/verify';
import { createOwnTable, meteredTenant, openEngine } from './support';

const engine = openEngine();
let table: Table;

beforeAll(async () => {
  table = new Table(engine, await createOwnTable());
});

afterAll(() => {
  engine.close();
});

const TIME = '2026-01-01T00:00:00.000Z';

function eventOf(connection: string, number: number, time = TIME): NewEvent {
  return {
    id: eventId(`${connection} ${number}`, time),
    type: 'user.updated',
    connection,
    subject: `Users/${number}`,
    time,
    sequence: number,
    data: { connection: { id: connection, displayName: 'Test' }, user: { id: String(number) } },
    personal: { user: { id: String(number), title: 'x' } },
    userId: String(number),
  };
}

const eventsIn = async (connection: string): Promise<readonly number[]> => {
  const page = await readEvents(table, { limit: 1000, connection });
  return 'events' in page ? page.events.map(({ sequence }) => sequence) : [];
};

test('appenders that race and repeat append each event once, and their own in order', async () => {
  const connection = `c-${randomUUID()}`;
  const groups = Array.from({ length: 6 }, (_, group) =>
    Array.from({ length: 30 }, (__, index) => eventOf(connection, group * 100 + index)),
  );
  await Promise.all(
    groups.flatMap((events) =>
      [0, 1].map(async () => {
        const appender = new EventAppender(30);
        for (let start = 0; start < events.length; start += 7) {
          await appender.append(table, events.slice(start, start + 10));
        }
      }),
    ),
  );
  const numbers = await eventsIn(connection);
  expect(new Set(numbers).size).toBe(180);
  expect(numbers).toHaveLength(180);
  for (let group = 0; group < 6; group += 1) {
    const own = numbers.filter((number) => Math.floor(number / 100) === group);
    expect(own).toEqual([...own].sort((a, b) => a - b));
  }
});

test('a reader beside appenders never sees an event before an earlier one', async () => {
  const connection = `c-${randomUUID()}`;
  let isDone = false;
  const write = async (): Promise<void> => {
    const appender = new EventAppender(30);
    for (let number = 0; number < 120; number += 3) {
      const batch = [0, 1, 2].map((index) => eventOf(connection, number + index));
      await appender.append(table, batch);
    }
    isDone = true;
  };
  const read = async (): Promise<void> => {
    const seen: number[] = [];
    let after: Parameters<typeof readEvents>[1]['after'];
    for (let isLast = false; !isLast;) {
      isLast = isDone;
      const page = await readEvents(table, { limit: 10, connection, after });
      if (!('events' in page)) throw new Error(page.expired);
      seen.push(...page.events.map(({ sequence }) => sequence));
      isLast &&= page.events.length === 0;
      after = page.next;
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, index) => index));
  };
  await Promise.all([write(), read(), read()]);
});

test('events with a check that fails are refused, and the others are appended', async () => {
  const connection = `c-${randomUUID()}`;
  const refused = {
    ...eventOf(connection, 1),
    check: { check: { pk: 'none', sk: 'none' }, condition: { is: 'present' } },
  } as const;
  const appender = new EventAppender(30);
  expect(await appender.append(table, [refused, eventOf(connection, 2)])).toEqual([refused]);
  expect(await eventsIn(connection)).toEqual([2]);
});

test('a restored table begins a new epoch, and any other restart does not', async () => {
  const { epoch } = await readLogState(table);
  await noteStream(table, 'arn:one');
  expect((await readLogState(table)).epoch).toBe(epoch);
  await noteStream(table, 'arn:one');
  await noteStream(table, 'arn:two');
  const { epoch: next } = await readLogState(table);
  expect(next).not.toBe(epoch);
  const page = await readEvents(table, { limit: 1, after: { epoch, positions: new Map() } });
  expect(page).toMatchObject({ expired: 'restored', oldest: { epoch: next } });
});

test('positions at a time are those before the first event appended since then', async () => {
  const connection = `c-${randomUUID()}`;
  const appender = new EventAppender(30);
  const numbers = Array.from({ length: 40 }, (_, number) => number);
  const first = numbers.slice(0, 25).map((number) => eventOf(connection, number));
  await appender.append(table, first);
  const time = Date.now() + 1;
  while (Date.now() <= time) await new Promise((resolve) => setTimeout(resolve, 5));
  await appender.append(
    table,
    numbers.slice(25).map((number) => eventOf(connection, number)),
  );
  const lane = laneOf(connection);
  const positions = await positionsAt(table, time);
  const { epoch } = await readLogState(table);
  const after = { epoch, positions: new Map([[lane, positions[lane] ?? 0]]) };
  const page = await readEvents(table, { limit: 100, connection, after });
  expect('events' in page && page.events[0]?.sequence).toBe(25);
});

test('events that have expired are skipped, wherever they are', async () => {
  const connection = `c-${randomUUID()}`;
  const lane = laneOf(connection);
  const numbers = [1, 2, 3, 4, 5, 6];
  // A shorter retention lets later events expire before earlier ones.
  for (const number of numbers) {
    const days = number === 3 || number === 4 ? -1 : 30;
    await new EventAppender(days).append(table, [eventOf(connection, number)]);
  }
  const { epoch, positions } = await readLogState(table);
  const end = positions[lane] ?? 0;
  const after = { epoch, positions: new Map([[lane, end - 4]]) };
  const page = await readEvents(table, { limit: 100, connection, after });
  expect(page).toMatchObject({ expired: 'tooOld' });
  if (!('expired' in page)) return;
  const rest = await readEvents(table, { limit: 100, connection, after: page.oldest });
  expect('events' in rest && rest.events.map(({ sequence }) => sequence)).toEqual([5, 6]);
  expect(await resumeAfter(table, lane, end - 4, end)).toBe(end - 2);
});

test('appending an event takes at most 12 write units', async () => {
  // In the server's table, events of other tests may take the lane's next position.
  const { tenant, measure, close } = meteredTenant(await createOwnTable());
  const appender = new EventAppender(30);
  await appender.append(tenant.table, [eventOf(tenant.connection, 1)]);
  const one = await measure(() => appender.append(tenant.table, [eventOf(tenant.connection, 2)]));
  expect(one.writes).toBeLessThanOrEqual(12);
  expect(one.reads).toBe(0);
  const many = Array.from({ length: 49 }, (_, number) => eventOf(tenant.connection, 10 + number));
  const { writes, calls } = await measure(() => appender.append(tenant.table, many));
  // Engines differ in how they count the index.
  expect(Math.ceil(writes / 49)).toBeLessThanOrEqual(10);
  expect(calls).toBe(1);
  close();
});

test('verify finds a lane that ends before its events', async () => {
  const connection = `c-${randomUUID()}`;
  await new EventAppender(30).append(table, [eventOf(connection, 1), eventOf(connection, 2)]);
  const problems = async (): Promise<readonly string[]> =>
    (await verify(table)).findings
      .filter(({ kind }) => kind !== 'orphaned')
      .map(({ problem }) => problem);
  expect(await problems()).toEqual([]);
  const key = { pk: EVENT_LOG, sk: laneSort('lane', laneOf(connection)) };
  await table.write([{ update: key, set: { position: 1 } }]);
  expect(await problems()).toEqual([expect.stringMatching(/^ends at 1, but has an event at \d+$/)]);
});
