import type { Connection, RateLimit } from '../../directory/connections/connection';
import { issueToken } from '../../directory/connections/tokens';
import type { Caller } from '../../lambdas/http/authenticate';
import { connectionWith, meteredTenant } from './support';
import { RateLimiter } from '../../lambdas/http/rate-limiter';

/* The limit of a connection's requests, as many function instances apply it together. */

const { tenant, close, measure } = meteredTenant();
const LIMIT: Required<RateLimit> = { requestsPerSecond: 100, burst: 400 };
let connections = 0;

afterAll(close);

function connect(rateLimit?: RateLimit): Connection {
  const connection = connectionWith({ id: `limited-${(connections += 1)}` });
  return rateLimit === undefined ? connection : { ...connection, rateLimit };
}

function callerOf(connection: Connection): Caller {
  const credential = issueToken(connection.id, 1);
  return { connection, credential, digest: credential.digest };
}

/**
 * Sends requests at an even rate, spread over instances.
 * @returns how many were accepted
 */
async function send(
  limiters: readonly RateLimiter[],
  connection: Connection,
  {
    perSecond,
    seconds,
    from = 0,
    duration = 10,
  }: { perSecond: number; seconds: number; from?: number; duration?: number },
): Promise<number> {
  let accepted = 0;
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const now = 1_000_000 + from + (index * 1000) / perSecond;
    const limiter = limiters[index % limiters.length];
    if (limiter === undefined || limiter.check(connection, now) !== undefined) continue;
    accepted += 1;
    await limiter.count(tenant.table, callerOf(connection), now);
    limiter.addTime(connection, duration);
  }
  return accepted;
}

const instances = (count: number, byDefault?: Required<RateLimit>): readonly RateLimiter[] =>
  Array.from({ length: count }, () => new RateLimiter(byDefault));

test.each([
  [1, 1000],
  [5, 300],
  [20, 1000],
  [50, 1000],
])(
  '%d instances with %d requests a second accept the limit within 20 %%',
  async (count, rate) => {
    const seconds = 20;
    const accepted = await send(instances(count), connect(LIMIT), { perSecond: rate, seconds });
    const expected = LIMIT.burst + LIMIT.requestsPerSecond * seconds;
    expect(accepted).toBeGreaterThan(0.8 * expected);
    expect(accepted).toBeLessThan(1.2 * expected);
  },
  30_000,
);

test.each([
  ['slow requests', LIMIT, 200, 800, 240],
  ['a high limit', { requestsPerSecond: 1000, burst: 1000 }, 100, 3300, 29],
])(
  '%s are limited, too, although no instance serves many',
  async (_, limit, count, rate, time) => {
    const load = { perSecond: rate, seconds: 20, duration: time };
    const accepted = await send(instances(count), connect(limit), load);
    const expected = limit.burst + limit.requestsPerSecond * load.seconds;
    // Each instance may serve a second's requests before it counts.
    expect(accepted).toBeLessThan(1.2 * expected + rate);
    expect(accepted).toBeGreaterThan(0.8 * expected);
  },
  60_000,
);

test('a burst that is smaller than a second of requests is not rejected too early', async () => {
  const connection = connect({ requestsPerSecond: 1000, burst: 10 });
  expect(await send(instances(1), connection, { perSecond: 200, seconds: 5 })).toBe(1000);
});

test('a connection within its limit is never rejected', async () => {
  expect(await send(instances(4), connect(LIMIT), { perSecond: 90, seconds: 20 })).toBe(1800);
  const burst = await send(instances(4), connect(LIMIT), { perSecond: 380, seconds: 1 });
  expect(burst).toBe(380);
});

test('a connection far below its limit costs no call of the table', async () => {
  const connection = connect(LIMIT);
  const { reads, writes } = await measure(async () => {
    expect(await send(instances(1), connection, { perSecond: 4, seconds: 60 })).toBe(240);
  });
  expect([reads, writes]).toEqual([0, 0]);
});

test('at its limit, a connection costs a write for every five requests', async () => {
  const { writes } = await measure(() =>
    send(instances(1), connect(LIMIT), { perSecond: 100, seconds: 10 }),
  );
  expect(writes).toBeLessThanOrEqual(205);
});

test('a pause fills the bucket again, and other connections are not affected', async () => {
  const limiters = instances(2);
  const [busy, other] = [connect({ requestsPerSecond: 10, burst: 20 }), connect(LIMIT)];
  const first = await send(limiters, busy, { perSecond: 100, seconds: 1 });
  expect(first).toBeLessThan(36);
  expect(await send(limiters, other, { perSecond: 50, seconds: 1 })).toBe(50);
  const later = await send(limiters, busy, { perSecond: 100, seconds: 1, from: 60_000 });
  expect(Math.abs(later - first)).toBeLessThanOrEqual(3);
});

test('a small limit is exact', async () => {
  const connection = connect({ requestsPerSecond: 1, burst: 1 });
  expect(await send(instances(1), connection, { perSecond: 10, seconds: 10 })).toBe(10);
});

test('the default applies to connections without a limit; without both there is none', async () => {
  const plain = connect();
  const few = instances(1, { requestsPerSecond: 5, burst: 5 });
  expect(await send(few, plain, { perSecond: 100, seconds: 1 })).toBeLessThan(12);
  expect(await send(instances(1), connect(), { perSecond: 1000, seconds: 1 })).toBe(1000);
});

test('instances that count the first requests at once lose none of them', async () => {
  const connection = connect({ requestsPerSecond: 1, burst: 1000 });
  await Promise.all(
    instances(16).map((limiter) => limiter.count(tenant.table, callerOf(connection), 1_000_000)),
  );
  const item = await tenant.table.get({ pk: `c#${connection.id}#rate`, sk: 'rate' });
  expect(item?.['fullAt']).toBe(1_000_000 + 16 * 1000);
});

test('an instance rejects only callers that it has authenticated, and reads nothing', async () => {
  const connection = connect({ requestsPerSecond: 1, burst: 1 });
  const [limiter] = instances(1);
  const caller = callerOf(connection);
  const presented = { connection: connection.id, tokenId: caller.credential.id };
  const token = { ...presented, digest: caller.digest };
  expect(limiter?.rejected(token, 1_000_000)).toBeUndefined();
  await limiter?.count(tenant.table, caller, 1_000_000);
  expect(limiter?.rejected(token, 1_000_100)?.error).toMatchObject({ status: 429 });
  expect(limiter?.rejected({ ...presented, digest: 'other' }, 1_000_100)).toBeUndefined();
  expect(limiter?.rejected(token, 1_001_100)).toBeUndefined();
});
