import { setTimeout as sleep } from 'node:timers/promises';
import { admin, Client } from '../support/client';
import { FaultySystem } from './faulty-system';

/** A connection is deleted while the function that answers, or the one that removes its data, dies at any of its calls of the table. */

let system: FaultySystem;

beforeAll(async () => {
  system = await FaultySystem.start();
}, 60_000);

afterAll(() => system.stop());

/** A connection with users, also deleted ones, and groups, one of them deleted and with its memberships still to go. */
async function furnished(): Promise<Client> {
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

/** Tells the function `completion` of what was handed over, as the table's stream does. */
async function remove(id: string): Promise<void> {
  const intents = (await keysOf(id)).filter(({ sk }) => sk === 'intent');
  const keys = intents.map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }));
  await system.invoke('Completion', { Records: keys.map((Keys) => ({ dynamodb: { Keys } })) });
}

test('the removal can die at any call and is done by whoever comes next', async () => {
  const counted = await furnished();
  await admin('DELETE', `/connections/${counted.id}`);
  system.proxy.watch();
  await remove(counted.id);
  const { calls } = system.proxy;
  expect(calls).toBeGreaterThan(20);
  for (let call = 1; call <= calls; call += 1) {
    const client = await furnished();
    expect((await admin('DELETE', `/connections/${client.id}`)).status).toBe(202);
    system.proxy.watch((number) =>
      number === call ? { kind: 'death', takesEffect: call % 2 === 0 } : undefined,
    );
    await remove(client.id).catch(() => undefined);
    await sleep(50);
    system.proxy.watch();
    expect(await system.contradictions()).toEqual([]);
    expect(await keysOf(client.id)).toEqual([]);
  }
}, 240_000);

test('a deletion that dies has happened or has not, and can be asked for again', async () => {
  const counted = await furnished();
  system.proxy.watch();
  await admin('DELETE', `/connections/${counted.id}`);
  const { calls } = system.proxy;
  for (let call = 1; call <= calls; call += 1) {
    for (const takesEffect of [false, true]) {
      const client = await furnished();
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
