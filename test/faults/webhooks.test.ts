import { setTimeout as sleep } from 'node:timers/promises';
import { admin, Client, type Body } from '../support/client';
import { WebhookReceiver } from '../support/webhook-receiver';
import type { Fault } from './fault-proxy';
import { FaultySystem } from './faulty-system';
import { deliver, recordsOf } from './stream-delivery';

/*
 * Webhooks: whatever happens to the function that sends them, an endpoint gets every event, those
 * of a subject in their order. It may get an event twice.
 */

let system: FaultySystem;
let receiver: WebhookReceiver;

beforeAll(async () => {
  system = await FaultySystem.start();
  receiver = await WebhookReceiver.start();
}, 60_000);

afterAll(async () => {
  await system.stop();
  await receiver.stop();
});

const FAULTS: readonly Fault[] = [
  { kind: 'death', takesEffect: false },
  { kind: 'death', takesEffect: true },
  { kind: 'drop', takesEffect: true },
];

/** Changes two users, and appends the events. */
async function change(client: Client): Promise<void> {
  for (const name of ['ann', 'bob']) {
    const { id } = await client.user(`${name}@acme.example`);
    await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Dr' });
    await client.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
  }
  await deliver(system, recordsOf(await system.streamRecords(), client.id));
}

/** Runs the function as its schedule does, until the lease of a dead worker has ended. */
async function recover(): Promise<void> {
  system.proxy.watch();
  await system.clock.advance(61_000);
  await system.invoke('Webhooks', { task: 'deliver' });
}

function expectComplete(client: Client): void {
  const events = (receiver.events as Body[]).filter(({ data }) => data.connection.id === client.id);
  const distinct = [...new Map(events.map((event) => [event.id as string, event])).values()];
  expect(distinct).toHaveLength(6);
  for (const subject of new Set(events.map((event) => event.subject as string))) {
    const ofSubject = events.filter((event) => event.subject === subject);
    const firsts = ofSubject.filter(
      (event, index) => ofSubject.findIndex(({ id }) => id === event.id) === index,
    );
    expect(firsts.map(({ data }) => data.sequence as number)).toEqual([1, 2, 3]);
  }
}

test('the sender may die or fail at each of its table calls', async () => {
  const clients: Client[] = [];
  const endpoint = async (): Promise<Client> => {
    const client = await Client.connect('okta');
    clients.push(client);
    const { status } = await admin('POST', '/webhooks', {
      url: receiver.url,
      types: ['user.created', 'user.updated', 'user.deactivated'],
      connections: [client.id],
    });
    expect(status).toBe(201);
    await change(client);
    return client;
  };
  const undisturbed = await endpoint();
  system.proxy.watch();
  await system.invoke('Webhooks', { task: 'deliver' });
  const { calls } = system.proxy;
  expectComplete(undisturbed);
  const remove = async (): Promise<void> => {
    const { body } = await admin('GET', '/webhooks');
    for (const { id } of body.webhooks as Body[]) await admin('DELETE', `/webhooks/${id}`);
  };
  await remove();
  for (const fault of FAULTS) {
    for (let at = 1; at <= calls; at += 2) {
      const client = await endpoint();
      system.proxy.watch((call) => (call === at ? fault : undefined));
      await system.invoke('Webhooks', { task: 'deliver' }).catch(() => undefined);
      await recover();
      expectComplete(client);
      await remove();
    }
  }
}, 300_000);

test('two workers at the same time deliver every event, and only one of them sends', async () => {
  const client = await Client.connect('okta');
  await admin('POST', '/webhooks', {
    url: receiver.url,
    types: ['user.created', 'user.updated', 'user.deactivated'],
    connections: [client.id],
  });
  await change(client);
  const before = receiver.received.length;
  await Promise.all(
    Array.from({ length: 4 }, () => system.invoke('Webhooks', { task: 'deliver' })),
  );
  await sleep(100);
  expect(receiver.received.length - before).toBe(6);
  expectComplete(client);
}, 60_000);
