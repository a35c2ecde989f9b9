import { Client } from '../support/client';
import type { Fault, FaultPlan } from './fault-proxy';
import { FaultySystem } from './faulty-system';
import { OPERATIONS, type Operation } from './operations';

let system: FaultySystem;
let client: Client;
let names = 0;

beforeAll(async () => {
  system = await FaultySystem.start();
  client = await Client.connect('generic');
}, 60_000);

afterAll(async () => {
  await system.stop();
});

/** What passes: a request must not notice. */
const PASSING: readonly Fault[] = [
  { kind: 'error', name: 'ProvisionedThroughputExceededException', status: 400 },
  { kind: 'error', name: 'ThrottlingException', status: 400 },
  { kind: 'error', name: 'RequestLimitExceeded', status: 400 },
  { kind: 'error', name: 'InternalServerError', status: 500 },
  { kind: 'error', name: 'ServiceUnavailable', status: 503 },
  { kind: 'page', status: 503, text: '<html>Service Unavailable</html>' },
  { kind: 'page', status: 200, text: '{"Item":' },
  { kind: 'delay', milliseconds: 30 },
  { kind: 'drop', takesEffect: false },
  { kind: 'drop', takesEffect: true },
];

/** What only transactions meet. */
const IN_TRANSACTIONS: readonly Fault[] = [
  { kind: 'conflict' },
  { kind: 'error', name: 'TransactionInProgressException', status: 400 },
];

const DEATHS: readonly Fault[] = [
  { kind: 'death', takesEffect: false },
  { kind: 'death', takesEffect: true },
];

interface Run {
  readonly status: number;
  readonly before: string;
  readonly after: string;
  readonly calls: number;
  /** Whether a fault was met. */
  readonly isMet: boolean;
}

async function run(operation: Operation, plan: FaultPlan = () => undefined): Promise<Run> {
  system.proxy.watch();
  names += 1;
  const prepared = await operation.prepare(client, `name${names}`);
  const before = JSON.stringify(await prepared.state());
  let isMet = false;
  system.proxy.watch((call, kind) => {
    const fault = plan(call, kind);
    isMet ||= fault !== undefined;
    return fault;
  });
  const { status } = await prepared.act();
  const { calls } = system.proxy;
  await system.recover();
  const after = JSON.stringify(await prepared.state());
  return { status, before, after, calls, isMet };
}

describe.each(OPERATIONS)('$name', (operation) => {
  let undisturbed: Run;

  beforeAll(async () => {
    undisturbed = await run(operation);
  });

  test('succeeds whatever passes at any one call of the table', async () => {
    for (let at = 1; at <= undisturbed.calls; at += 1) {
      for (const fault of PASSING) {
        const { status, after } = await run(operation, (call) => (call === at ? fault : undefined));
        expect({ fault, at, status, after }).toEqual({
          fault,
          at,
          status: undisturbed.status,
          after: undisturbed.after,
        });
      }
      for (const fault of IN_TRANSACTIONS) {
        const plan: FaultPlan = (call, kind) =>
          call === at && kind === 'TransactWriteItems' ? fault : undefined;
        const { status, after, isMet } = await run(operation, plan);
        expect({ fault, at, status, after }).toEqual({
          fault,
          at,
          status: undisturbed.status,
          after: undisturbed.after,
        });
        if (!isMet) break;
      }
    }
    expect(await system.contradictions()).toEqual([]);
  }, 300_000);

  test('has happened or has not, wherever its function dies', async () => {
    const seen = new Set<string>();
    for (let at = 1; at <= undisturbed.calls; at += 1) {
      for (const fault of DEATHS) {
        const { status, before, after, isMet } = await run(operation, (call) =>
          call === at ? fault : undefined,
        );
        expect([undisturbed.before, undisturbed.after]).toContain(after);
        if (status < 300) expect(after).toBe(undisturbed.after);
        expect(before).toBe(undisturbed.before);
        // What remains to be done may be one call less than before.
        if (isMet) expect({ fault, at, status }).toEqual({ fault, at, status: 502 });
        seen.add(after);
      }
    }
    expect(seen).toEqual(new Set([undisturbed.before, undisturbed.after]));
    expect(await system.contradictions()).toEqual([]);
  }, 300_000);
});

test('a table that stays busy is told to the client before the time is over, and nothing is half done', async () => {
  const busy: Fault = {
    kind: 'error',
    name: 'ProvisionedThroughputExceededException',
    status: 400,
  };
  const short = await FaultySystem.start(4);
  const shortClient = await Client.connect('generic');
  try {
    const user = await shortClient.user('busy');
    short.proxy.watch((_, kind) => (kind === 'UpdateItem' ? busy : undefined));
    const started = Date.now();
    const reply = await shortClient.patch(`/Users/${user.id}`, {
      op: 'replace',
      path: 'title',
      value: 'x',
    });
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, '2']);
    expect(Date.now() - started).toBeLessThan(4000);
    expect(await short.contradictions()).toEqual([]);
    expect((await shortClient.get(`/Users/${user.id}`)).body.title).toBeUndefined();
  } finally {
    await short.stop();
  }
}, 60_000);

test('a call that is never answered is made again', async () => {
  const user = await client.user('hanging');
  system.proxy.watch((call, kind) => (kind === 'UpdateItem' && call < 10 ? once() : undefined));
  let isUsed = false;
  const once = (): Fault | undefined => {
    if (isUsed) return undefined;
    isUsed = true;
    return { kind: 'hang' };
  };
  const reply = await client.patch(`/Users/${user.id}`, {
    op: 'replace',
    path: 'title',
    value: 'x',
  });
  expect([reply.status, reply.body.title, isUsed]).toEqual([200, 'x', true]);
}, 60_000);
