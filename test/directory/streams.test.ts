import { randomBytes, randomUUID } from 'node:crypto';
import { EventAppender } from '../../directory/events/append';
import { eventId, type EventType, type NewEvent } from '../../directory/events/event';
import { Table } from '../../directory/store/table';
import { PollQueue } from '../../directory/streams/poll-queue';
import type { Stream } from '../../directory/streams/stream';
import { Streams } from '../../directory/streams/streams';
import { declareStreams } from '../../lambdas/admin/streams/declared-streams';
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
  expect(await polled(one)).toEqual({ tokens, moreAvailable: false, done: [] });
  const [first, second] = tokens;
  expect(await polled(one, [first?.jti ?? ''])).toMatchObject({
    tokens: [second],
    moreAvailable: false,
  });
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
  expect(none).toMatchObject({ tokens: [], moreAvailable: false });
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

test('a receiver that acknowledges nothing gets the same tokens again', async () => {
  const connection = `c-${randomUUID()}`;
  const stream = await newStream({ connection });
  const events = Array.from({ length: 300 }, (_, number) => eventOf(connection, number));
  await append(events);
  const first = await polled(stream, [], 100);
  expect(first).toMatchObject({ tokens: { length: 100 }, moreAvailable: true });
  expect(await polled(stream, [], 100)).toEqual(first);
  const acknowledged = first.tokens.map(({ jti }) => jti);
  const rest = await polled(stream, acknowledged, 1000);
  expect(rest.done).toEqual(acknowledged);
  expect(rest.tokens).toHaveLength(200);
  const subjects = [...first.tokens, ...rest.tokens].map(({ claims }) => claims['sub_id']);
  expect(subjects).toEqual(events.map(({ subject }) => ({ format: 'scim', uri: `/${subject}` })));
});

test('a stream whose place is behind the end of the log, after a restore, goes on', async () => {
  const connection = `c-${randomUUID()}`;
  const stream = await newStream({ connection });
  const queue = await PollQueue.load(table, stream.id);
  await queue?.add(
    [],
    queue.positions.map((position) => position + 50),
  );
  expect((await polled(stream)).tokens).toEqual([]);
  await append([eventOf(connection, 1)]);
  expect((await polled(stream)).tokens).toHaveLength(1);
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

test('a stream that its stack declares no more waits; another stack leaves it alone', async () => {
  const [first, second] = ['1', '2'].map((digit) => `ss-${digit.repeat(16)}`) as [string, string];
  const declare = (stack: string, ...ids: readonly string[]): Promise<void> => {
    const definitions = ids.map((id) => ({ id, delivery: 'poll', mode: 'notice' }));
    return declareStreams({ table }, stack, definitions);
  };
  await declare('stack', first, second);
  await declare('stack', first);
  expect(await streams.find(second)).toMatchObject({
    enabled: false,
    disabledReason: 'undeclared',
  });
  const connection = `c-${randomUUID()}`;
  await append([eventOf(connection, 1)]);
  // The deployment has failed, and is rolled back.
  await declare('stack', first, second);
  const again = await streams.find(second);
  expect(again).toMatchObject({ enabled: true, declaredBy: 'stack' });
  expect(again).not.toHaveProperty('disabledReason');
  const { tokens } = await polled({
    id: second,
    delivery: 'poll',
    mode: 'notice',
    enabled: true,
    createdAt: TIME,
  });
  expect(tokens.map(({ claims }) => claims['connection'])).toContain(connection);
  // The table outlives its stack: another one declares the streams, then the first is deleted.
  await declare('other', first, second);
  await declare('stack');
  expect(await streams.find(first)).toMatchObject({ enabled: true, declaredBy: 'other' });
  // A stream that was disabled for another reason is not enabled by a deployment.
  await streams.change(first, (stream) => ({ ...stream, enabled: false, disabledReason: 'gone' }));
  await declare('other', first, second);
  expect(await streams.find(first)).toMatchObject({ enabled: false, disabledReason: 'gone' });
});
