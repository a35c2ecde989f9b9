import { randomBytes, randomUUID } from 'node:crypto';
import { EventAppender } from '../../directory/events/append';
import { eventId, type EventType, type NewEvent } from '../../directory/events/event';
import { Table } from '../../directory/store/table';
import { MOST_OUTSTANDING } from '../../directory/streams/poll-queue';
import type { Stream } from '../../directory/streams/stream';
import { Streams } from '../../directory/streams/streams';
import { poll, type PollResult } from '../../events/security-events/poll';
import { createOwnTable, openEngine } from './support';

const engine = openEngine();
let table: Table;
let streams: Streams;

beforeAll(async () => {
  table = new Table(engine, await createOwnTable());
  streams = new Streams(table);
});

afterAll(() => {
  engine.close();
});

const TIME = '2026-01-01T00:00:00.000Z';

function eventOf(
  connection: string,
  number: number,
  type: EventType = 'user.updated',
  subject = `Users/${number}`,
): NewEvent {
  return {
    id: eventId(`${connection} ${number} ${subject}`, TIME),
    type,
    connection,
    subject,
    time: TIME,
    sequence: number,
    data: { connection: { id: connection, displayName: 'Test' }, changed: ['title'] },
  };
}

async function newStream(settings: Partial<Stream> = {}): Promise<Stream> {
  const stream: Stream = {
    id: `ss-${randomBytes(8).toString('hex')}`,
    delivery: 'poll',
    mode: 'notice',
    enabled: true,
    createdAt: TIME,
    isDeclared: false,
    ...settings,
  };
  await streams.add(stream);
  return stream;
}

async function polled(
  stream: Stream,
  acknowledged: readonly string[] = [],
  maxEvents = 20,
): Promise<PollResult> {
  const until = Date.now() + 10_000;
  const request = { maxEvents, acknowledged: new Set(acknowledged), until };
  const result = await poll(table, stream, request);
  if (result === undefined) throw new Error('The stream is gone.');
  return result;
}

const append = async (events: readonly NewEvent[]): Promise<void> => {
  await new EventAppender(30).append(table, events);
};

test('receivers that poll at once, lose answers and acknowledge twice miss nothing', async () => {
  const connection = `c-${randomUUID()}`;
  const stream = await newStream({ connection });
  const events = Array.from({ length: 150 }, (_, number) => eventOf(connection, number));
  const kept = new Map<string, string>();
  const order: string[] = [];
  let isAppended = false;
  const write = async (): Promise<void> => {
    for (let start = 0; start < events.length; start += 10) {
      await append(events.slice(start, start + 10));
    }
    isAppended = true;
  };
  const receive = async (): Promise<void> => {
    let acknowledged: string[] = [];
    for (;;) {
      const wasAppended = isAppended;
      const { tokens } = await polled(stream, acknowledged);
      if (tokens.length === 0 && wasAppended) return;
      // Every third answer is lost: what it has is not acknowledged, and comes again.
      if (Math.random() < 1 / 3) continue;
      for (const { jti, claims } of tokens) {
        const { uri } = claims['sub_id'] as { uri: string };
        expect(kept.get(jti) ?? uri).toBe(uri);
        if (!kept.has(jti)) order.push(uri);
        kept.set(jti, uri);
      }
      // Some are acknowledged again with the next request.
      acknowledged = [...acknowledged.slice(-5), ...tokens.map(({ jti }) => jti)];
    }
  };
  await Promise.all([write(), receive(), receive(), receive()]);
  expect([...kept.values()].sort()).toEqual(events.map(({ subject }) => `/${subject}`).sort());
});

test('a token keeps its id until it is acknowledged, in each stream another one', async () => {
  const connection = `c-${randomUUID()}`;
  const [one, two] = [await newStream({ connection }), await newStream()];
  await append([eventOf(connection, 1), eventOf(connection, 2)]);
  const { tokens } = await polled(one);
  expect(await polled(one)).toEqual({ tokens, moreAvailable: false });
  const [first, second] = tokens;
  expect(await polled(one, [first?.jti ?? ''])).toEqual({ tokens: [second], moreAvailable: false });
  const others = (await polled(two)).tokens.filter(({ claims }) => {
    return claims['connection'] === connection;
  });
  expect(others.map(({ claims }) => claims)).toEqual(tokens.map(({ claims }) => claims));
  expect(others.map(({ jti }) => jti)).not.toContain(first?.jti);
});

test('a stream has the events of its connection from its creation on', async () => {
  const [own, other] = [`c-${randomUUID()}`, `c-${randomUUID()}`];
  await append([eventOf(own, 1)]);
  const stream = await newStream({ connection: own });
  const about = (type: EventType): NewEvent => eventOf(own, 3, type, `connections/${own}`);
  await append([eventOf(other, 1), eventOf(own, 2), about('connection.updated')]);
  const { tokens, moreAvailable } = await polled(stream);
  expect(tokens.map(({ claims }) => claims['sub_id'])).toEqual([
    { format: 'scim', uri: '/Users/2' },
  ]);
  expect(moreAvailable).toBe(false);
  const none = await polled(stream, [tokens[0]?.jti ?? ''], 0);
  expect(none).toEqual({ tokens: [], moreAvailable: false });
});

test('changes to the members of a group are one notice, behind all that it repeats', async () => {
  const connection = `c-${randomUUID()}`;
  const stream = await newStream({ connection });
  const member = (number: number, type: EventType = 'group.member_added'): NewEvent =>
    eventOf(connection, number, type, `Groups/g/members/${number}`);
  await append([
    member(1),
    member(2),
    eventOf(connection, 3, 'group.updated', 'Groups/g'),
    member(4),
    eventOf(connection, 5),
    member(6, 'group.member_removed'),
  ]);
  const { tokens } = await polled(stream);
  const found = tokens.map(({ claims }) => {
    const { uri } = claims['sub_id'] as { uri: string };
    const [attributes] = Object.values(claims['events'] as Record<string, object>);
    return [uri, attributes];
  });
  expect(found).toEqual([
    ['/Groups/g', { attributes: ['members'] }],
    ['/Groups/g', { attributes: ['title'] }],
    ['/Users/5', { attributes: ['title'] }],
    ['/Groups/g', { attributes: ['members'] }],
  ]);
});

test('a receiver that acknowledges nothing gets no more than it can hold', async () => {
  const connection = `c-${randomUUID()}`;
  const stream = await newStream({ connection });
  const events = Array.from({ length: 700 }, (_, number) => eventOf(connection, number));
  await append(events);
  const first = await polled(stream, [], 1000);
  expect(first.tokens.length).toBeGreaterThanOrEqual(MOST_OUTSTANDING);
  expect(first.tokens.length).toBeLessThan(MOST_OUTSTANDING + 100);
  expect((await polled(stream, [], 1000)).tokens).toEqual(first.tokens);
  const acknowledged = first.tokens.map(({ jti }) => jti);
  const rest = await polled(stream, acknowledged, 1000);
  expect(first.tokens.length + rest.tokens.length).toBe(700);
});

test('a stream that is removed has nothing left, and answers no poll', async () => {
  const connection = `c-${randomUUID()}`;
  const stream = await newStream({ connection });
  await append([eventOf(connection, 1)]);
  await polled(stream);
  await streams.remove(stream.id);
  expect(await streams.find(stream.id)).toBeUndefined();
  const request = { maxEvents: 1, acknowledged: new Set<string>(), until: Date.now() + 1000 };
  expect(await poll(table, stream, request)).toBeUndefined();
  for await (const items of table.scan(1)) {
    expect(items.filter(({ pk }) => pk.includes(stream.id))).toEqual([]);
  }
});
