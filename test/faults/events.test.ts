import { Duration } from 'aws-cdk-lib';
import { setTimeout as sleep } from 'node:timers/promises';
import { app, Client, type Body } from '../support/client';
import { eventsOf } from '../support/events';
import type { Fault } from './fault-proxy';
import { FaultySystem } from './faulty-system';
import { deliver, recordsOf } from './stream-delivery';

/*
 * The event log: whatever happens to the functions that append to it and read it, each change is in
 * it once, in order and without a gap, and every channel ends with the state of the directory.
 */

let system: FaultySystem;

beforeAll(async () => {
  system = await FaultySystem.start(undefined, { events: { retention: Duration.days(1) } });
}, 60_000);

afterAll(() => system.stop());

const FAULTS: readonly Fault[] = [
  { kind: 'death', takesEffect: false },
  { kind: 'death', takesEffect: true },
  { kind: 'drop', takesEffect: true },
  { kind: 'conflict' },
  { kind: 'error', name: 'InternalServerError', status: 500 },
];

/** Does something of everything that has events. */
async function change(client: Client): Promise<void> {
  const ann = await client.user('ann@acme.example');
  const bob = await client.user('bob@acme.example');
  const group = await client.group('Staff', [ann.id, bob.id]);
  await client.patch(`/Users/${ann.id}`, { op: 'replace', path: 'active', value: false });
  await client.patch(`/Groups/${group.id}`, { op: 'replace', path: 'displayName', value: 'Crew' });
  await client.delete(`/Users/${bob.id}`);
}

const inShort = (events: readonly Body[]): string[] =>
  events.map(({ type, data }) => `${type} ${String(data.sequence)}`).sort();

test('the dispatcher may die or fail at each of its table calls', async () => {
  const undisturbed = await Client.connect('okta');
  await change(undisturbed);
  system.proxy.watch();
  await deliver(system, recordsOf(await system.streamRecords(), undisturbed.id));
  const { calls } = system.proxy;
  const expected = inShort(await eventsOf(undisturbed.id));
  expect(expected).toHaveLength(10);
  for (const fault of FAULTS) {
    for (let at = 1; at <= calls; at += 1) {
      const client = await Client.connect('okta');
      await change(client);
      const records = recordsOf(await system.streamRecords(), client.id);
      system.proxy.watch((call, operation) => {
        if (call !== at) return undefined;
        return fault.kind === 'conflict' && operation !== 'TransactWriteItems' ? undefined : fault;
      });
      await system.invoke('Dispatcher', { Records: records }).catch(() => undefined);
      system.proxy.watch();
      await deliver(system, records);
      const events = await eventsOf(client.id);
      // Sequences of memberships and connections are positions, which depend on other connections.
      const types = inShort(events).map((line) => line.split(' ')[0]);
      expect({ fault, at, types }).toEqual({
        fault,
        at,
        types: expected.map((line) => line.split(' ')[0]),
      });
      expectOrder(events);
    }
  }
}, 300_000);

/** Expects sequences without a gap, and increasing ones of memberships. */
function expectOrder(events: readonly Body[]): void {
  const last = new Map<string, number>();
  for (const { subject, data } of events) {
    const { sequence } = data as { sequence: number };
    const before = last.get(subject as string);
    if (/^(?:Users|Groups)\/[^/]+$/.test(subject as string)) {
      expect([subject, sequence]).toEqual([subject, (before ?? 0) + 1]);
    } else expect(sequence).toBeGreaterThan(before ?? 0);
    last.set(subject as string, sequence);
  }
}

/** Applies events as a consumer does: only if they are newer than what it has. */
class Consumer {
  private readonly sequences = new Map<string, number>();
  readonly users = new Map<string, string>();
  readonly groups = new Map<string, string>();
  readonly memberships = new Set<string>();

  apply({ type, subject, data }: Body): void {
    if (data.sequence <= (this.sequences.get(subject as string) ?? 0)) return;
    this.sequences.set(subject as string, data.sequence as number);
    const [, id = '', , memberId = ''] = (subject as string).split('/');
    if (type === 'user.deleted') this.users.delete(id);
    else if (type.startsWith('user.')) this.users.set(id, `${data.user.title} ${data.user.active}`);
    else if (type === 'group.deleted') this.groups.delete(id);
    else if (type === 'group.member_added') this.memberships.add(`${id} ${memberId}`);
    else if (type === 'group.member_removed') this.memberships.delete(`${id} ${memberId}`);
    else if (type.startsWith('group.')) this.groups.set(id, data.group.displayName as string);
  }

  get state(): unknown {
    return {
      users: [...this.users].sort(),
      groups: [...this.groups].sort(),
      memberships: [...this.memberships].sort(),
    };
  }
}

async function directory(client: Client): Promise<unknown> {
  const users = (await client.get('/Users?count=1000')).body.Resources as Body[];
  const groups = (await client.get('/Groups?count=1000')).body.Resources as Body[];
  return {
    users: users.map(({ id, title, active }) => [id, `${title} ${active}`]).sort(),
    groups: groups.map(({ id, displayName }) => [id, displayName]).sort(),
    memberships: groups
      .flatMap(({ id, members = [] }) => members.map(({ value }: Body) => `${id} ${value}`))
      .sort(),
  };
}

test('after 1,000 writes and 20 deaths, every channel has the directory', async () => {
  const client = await Client.connect('okta');
  const users = await Promise.all(
    Array.from({ length: 50 }, (_, n) => client.user(`w${n}@acme.example`, { title: 't' })),
  );
  const groups = await Promise.all(Array.from({ length: 10 }, (_, n) => client.group(`g${n}`)));
  const any = (list: readonly Body[]): Body => list[Math.floor(Math.random() * list.length)];
  const write = async (): Promise<unknown> => {
    const [user, group]: Body[] = [any(users), any(groups)];
    switch (Math.floor(Math.random() * 6)) {
      case 0:
        return client.patch(`/Users/${user.id}`, {
          op: 'replace',
          value: { title: `t${Math.random()}` },
        });
      case 1:
        return client.patch(`/Users/${user.id}`, {
          op: 'replace',
          path: 'active',
          value: Math.random() < 0.5,
        });
      case 2:
        return client.patch(`/Groups/${group.id}`, {
          op: 'add',
          path: 'members',
          value: [{ value: user.id }],
        });
      case 3:
        return client.patch(`/Groups/${group.id}`, {
          op: 'remove',
          path: `members[value eq "${user.id}"]`,
        });
      case 4:
        return client.patch(`/Groups/${group.id}`, {
          op: 'replace',
          path: 'displayName',
          value: `g${Math.random()}`,
        });
      default: {
        if (Math.random() > 0.1) return undefined;
        await client.delete(`/Users/${user.id}`);
        // Another client may have brought the user back already.
        return client.post('/Users', { userName: user.userName, title: 'back' });
      }
    }
  };
  const workers = Array.from({ length: 16 }, async () => {
    for (let count = 0; count < 63; count += 1) await write();
  });
  await Promise.all(workers);
  const state = await directory(client);

  const records = recordsOf(await system.streamRecords(), client.id);
  let deaths = 0;
  for (let start = 0; start < records.length; start += 40) {
    const batch = records.slice(start, start + 40);
    if (deaths < 20) {
      deaths += 1;
      const died = system.invoke('Dispatcher', { Records: batch }).catch(() => undefined);
      await sleep(Math.random() * 40);
      await system.kill();
      await died;
    }
    await deliver(system, batch);
    // A part comes again, beside the next one.
    await Promise.all([deliver(system, batch.slice(20)), deliver(system, batch)]);
  }
  expect(deaths).toBe(20);

  const events = await eventsOf(client.id);
  expectOrder(events);
  expect(new Set(events.map(({ id }) => id as string)).size).toBe(events.length);
  const puller = new Consumer();
  for (const event of events) puller.apply(event);
  expect(puller.state).toEqual(state);

  await system.invoke('Dispatcher', { task: 'publish' });
  const onBus = new Consumer();
  for (const { detail } of system.bus.events as Body[]) {
    if (detail.data.connection.id === client.id) onBus.apply(detail);
  }
  expect(onBus.state).toEqual(state);
}, 300_000);

test('entries that EventBridge refuses for a while all arrive, each once', async () => {
  const client = await Client.connect('okta');
  for (let n = 0; n < 15; n += 1) await client.user(`bus${n}@acme.example`);
  const records = recordsOf(await system.streamRecords(), client.id);
  system.busProxy.watch(() => ({ kind: 'error', name: 'ThrottlingException', status: 400 }));
  await deliver(system, records);
  const onBus = (): Body[] =>
    (system.bus.events as Body[]).filter(({ detail }) => detail.data.connection.id === client.id);
  expect(onBus()).toHaveLength(0);
  system.busProxy.watch();
  await system.invoke('Dispatcher', { task: 'publish' });
  await system.invoke('Dispatcher', { task: 'publish' });
  expect(onBus().map(({ detail }) => detail.id as string)).toEqual(
    (await eventsOf(client.id)).map(({ id }) => id as string),
  );
}, 60_000);

test('a resync that dies goes on where it stopped, and says once that it is done', async () => {
  const client = await Client.connect('okta');
  await system.seed(client, 250);
  await app('POST', `/connections/${client.id}/resync`);
  for (let death = 0; death < 5; death += 1) {
    const died = system
      .invoke('Completion', { 'detail-type': 'Scheduled Event' })
      .catch(() => undefined);
    await sleep(20 * death);
    await system.kill();
    await died;
  }
  await system.recover();
  const events = await eventsOf(client.id);
  const users = events.filter(({ type }) => type === 'user.updated');
  expect(new Set(users.map(({ subject }) => subject as string)).size).toBe(250);
  expect(users).toHaveLength(250);
  expect(events.filter(({ type }) => type === 'connection.sync_completed')).toHaveLength(1);
}, 60_000);
