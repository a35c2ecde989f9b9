import { Client } from '../support/client';
import type { Fault, FaultPlan } from './fault-proxy';
import { FaultySystem } from './faulty-system';
import { CUSTOM_OPERATIONS } from './custom-operations';
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

/** Transient faults, which must not change the result of a request. */
const TRANSIENT: readonly Fault[] = [
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

/** Transient faults that only transactions meet. */
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
  /** Whether a fault was injected. */
  readonly isInjected: boolean;
}

async function run(operation: Operation, plan: FaultPlan = () => undefined): Promise<Run> {
  system.proxy.watch();
  names += 1;
  const prepared = await operation.prepare(client, `name${names}`);
  const before = JSON.stringify(await prepared.state());
  let isInjected = false;
  system.proxy.watch((call, kind) => {
    const fault = plan(call, kind);
    isInjected ||= fault !== undefined;
    return fault;
  });
  const { status } = await prepared.send();
  const { calls } = system.proxy;
  await system.recover();
  const after = JSON.stringify(await prepared.state());
  return { status, before, after, calls, isInjected };
}

describe.each([...OPERATIONS, ...CUSTOM_OPERATIONS])('$name', (operation) => {
  let undisturbed: Run;

  beforeAll(async () => {
    undisturbed = await run(operation);
  });

  test('succeeds despite a transient fault at any of its table calls', async () => {
    for (let at = 1; at <= undisturbed.calls; at += 1) {
      for (const fault of TRANSIENT) {
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
        const { status, after, isInjected } = await run(operation, plan);
        expect({ fault, at, status, after }).toEqual({
          fault,
          at,
          status: undisturbed.status,
          after: undisturbed.after,
        });
        if (!isInjected) break;
      }
    }
    expect(await system.contradictions()).toEqual([]);
  }, 900_000);

  test('takes effect as a whole or not at all if its function dies at any table call', async () => {
    const seen = new Set<string>();
    for (let at = 1; at <= undisturbed.calls; at += 1) {
      for (const fault of DEATHS) {
        const { status, before, after, isInjected } = await run(operation, (call) =>
          call === at ? fault : undefined,
        );
        expect([undisturbed.before, undisturbed.after]).toContain(after);
        if (status < 300) expect(after).toBe(undisturbed.after);
        expect(before).toBe(undisturbed.before);
        // A run may take one call less than the undisturbed one and then meets no fault.
        if (isInjected) expect({ fault, at, status }).toEqual({ fault, at, status: 502 });
        seen.add(after);
      }
    }
    expect(seen).toEqual(new Set([undisturbed.before, undisturbed.after]));
    expect(await system.contradictions()).toEqual([]);
  }, 900_000);
});

test('a request to a busy table gets 503 before the timeout and changes nothing', async () => {
  const busy: Fault = {
    kind: 'error',
    name: 'ProvisionedThroughputExceededException',
    status: 400,
  };
  const short = await FaultySystem.start(4);
  const shortClient = await Client.connect('generic');
  try {
    const user = await shortClient.user('busy');
    let first = 0;
    short.proxy.watch((_, kind) => {
      if (kind !== 'UpdateItem') return undefined;
      first ||= Date.now();
      // By then the request has given up. What it counts afterwards need not fail.
      return Date.now() - first < 3000 ? busy : undefined;
    });
    const reply = await shortClient.patch(`/Users/${user.id}`, {
      op: 'replace',
      path: 'title',
      value: 'x',
    });
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, '2']);
    expect(await short.contradictions()).toEqual([]);
    expect((await shortClient.get(`/Users/${user.id}`)).body.title).toBeUndefined();
  } finally {
    await short.stop();
  }
}, 60_000);

test('a call that never gets a response is retried', async () => {
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
