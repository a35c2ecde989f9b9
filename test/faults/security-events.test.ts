import { decodeJwt } from 'jose';
import { admin, Client, send } from '../support/client';
import type { Fault } from './fault-proxy';
import { FaultySystem } from './faulty-system';
import { deliver, recordsOf } from './stream-delivery';

/*
 * Security event tokens: whatever happens to the function that a receiver polls, the receiver gets
 * a token about every change, and always the same one.
 */

let system: FaultySystem;

beforeAll(async () => {
  system = await FaultySystem.start(undefined, { securityEvents: [] });
}, 60_000);

afterAll(() => system.stop());

const FAULTS: readonly Fault[] = [
  { kind: 'death', takesEffect: false },
  { kind: 'death', takesEffect: true },
  { kind: 'drop', takesEffect: true },
];

/** A receiver that stores what it gets, by `jti`, and then acknowledges it. */
class Receiver {
  readonly stored = new Map<string, string>();
  private acknowledged: string[] = [];

  private constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Creates a receiver of a connection with four changes. */
  static async withChanges(): Promise<Receiver> {
    const client = await Client.connect('okta');
    const created = await admin('POST', `/connections/${client.id}/streams`, { delivery: 'poll' });
    const { pollUrl, token } = created.body as { pollUrl: string; token: string };
    for (const name of ['ann', 'bob']) {
      const { id } = await client.user(`${name}@acme.example`);
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Dr' });
    }
    await deliver(system, recordsOf(await system.streamRecords(), client.id));
    return new Receiver(pollUrl, token);
  }

  /** Polls once. An answer that is lost is nothing that it can acknowledge. */
  async poll(): Promise<number> {
    const reply = await send(
      'POST',
      this.url,
      { Authorization: `Bearer ${this.token}` },
      JSON.stringify({ maxEvents: 3, returnImmediately: true, ack: this.acknowledged }),
    );
    if (reply.status !== 200) return -1;
    const sets = Object.entries(reply.body.sets as Record<string, string>);
    for (const [jti, token] of sets) {
      const claims = decodeJwt(token);
      expect(claims.jti).toBe(jti);
      const about = JSON.stringify([claims['sub_id'], claims['events']]);
      expect(this.stored.get(jti) ?? about).toBe(about);
      this.stored.set(jti, about);
    }
    this.acknowledged = sets.map(([jti]) => jti);
    return sets.length;
  }
}

/** Polls until there is nothing left. */
async function drain(receiver: Receiver): Promise<void> {
  await system.proxy.afterDeath();
  system.proxy.watch();
  let left: number;
  do left = await receiver.poll();
  while (left > 0);
  expect(left).toBe(0);
  expect(new Set(receiver.stored.values()).size).toBe(4);
  expect(receiver.stored.size).toBe(4);
}

test('a poll may die or fail at each of its table calls', async () => {
  const undisturbed = await Receiver.withChanges();
  system.proxy.watch();
  await undisturbed.poll();
  const first = system.proxy.calls;
  await undisturbed.poll();
  const { calls } = system.proxy;
  await drain(undisturbed);
  expect(first).toBeGreaterThan(3);
  for (const fault of FAULTS) {
    for (let at = 1; at <= calls; at += 1) {
      const receiver = await Receiver.withChanges();
      system.proxy.watch((call) => (call === at ? fault : undefined));
      await receiver.poll();
      // Without a fault so far, it meets the acknowledgment.
      if (at > first) await receiver.poll();
      await drain(receiver);
    }
  }
}, 300_000);
