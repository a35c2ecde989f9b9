import { setTimeout as sleep } from 'node:timers/promises';
import { admin, Client } from '../support/client';
import { FaultySystem } from './faulty-system';

/*
 * Connections are deleted while the function that handles the request, or the one that purges the
 * data, dies at any of its table calls.
 */

let system: FaultySystem;

beforeAll(async () => {
  system = await FaultySystem.start();
}, 60_000);

afterAll(() => system.stop());

/**
 * Creates a connection with users and groups. One user and one group are deleted, and the
 * memberships of the group still have to be removed.
 */
async function connectWithData(): Promise<Client> {
  system.proxy.watch();
  const client = await Client.connect('entra');
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c'])
    ids.push((await client.user(`${name}@x.example`, { externalId: name })).id as string);
  const group = await client.group('Gone', ids);
  await client.group('Stays', ids.slice(1));
  await client.delete(`/Users/${ids[0] ?? ''}`);
  await client.delete(`/Groups/${String(group.id)}`);
  return client;
}

async function keysOf(
  id: string,
): Promise<readonly { readonly pk: string; readonly sk: string }[]> {
  const keys = [];
  for await (const items of system.table.scan(1)) {
    keys.push(
      ...items.filter(({ pk }) => pk.split('#')[1] === id).map(({ pk, sk }) => ({ pk, sk })),
    );
  }
  return keys;
}

/** Sends the intents of a connection to the `completion` function, as `dispatcher` does. */
async function purge(id: string): Promise<void> {
  const intents = (await keysOf(id)).filter(({ sk }) => sk === 'intent');
  await system.invoke('Completion', { intents });
}

test('a purge that dies at any call is completed by the next worker', async () => {
  const counted = await connectWithData();
  await admin('DELETE', `/connections/${counted.id}`);
  system.proxy.watch();
  await purge(counted.id);
  const { calls } = system.proxy;
  expect(calls).toBeGreaterThan(20);
  for (let call = 1; call <= calls; call += 1) {
    const client = await connectWithData();
    expect((await admin('DELETE', `/connections/${client.id}`)).status).toBe(202);
    system.proxy.watch((number) =>
      number === call ? { kind: 'death', takesEffect: call % 2 === 0 } : undefined,
    );
    await purge(client.id).catch(() => undefined);
    await sleep(50);
    system.proxy.watch();
    expect(await system.contradictions()).toEqual([]);
    expect(await keysOf(client.id)).toEqual([]);
  }
}, 240_000);

test('a deletion that dies takes full effect or none, and can be retried', async () => {
  const counted = await connectWithData();
  system.proxy.watch();
  await admin('DELETE', `/connections/${counted.id}`);
  const { calls } = system.proxy;
  for (let call = 1; call <= calls; call += 1) {
    for (const takesEffect of [false, true]) {
      const client = await connectWithData();
      system.proxy.watch((number) =>
        number === call ? { kind: 'death', takesEffect } : undefined,
      );
      await admin('DELETE', `/connections/${client.id}`);
      await sleep(100);
      system.proxy.watch();
      expect((await admin('DELETE', `/connections/${client.id}`)).status).toBe(202);
      expect((await client.get('/Users')).status).toBe(401);
      expect(await system.contradictions()).toEqual([]);
      expect(await keysOf(client.id)).toEqual([]);
    }
  }
}, 120_000);
