import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { admin, Client, type Body } from '../support/client';
import type { Fault } from './fault-proxy';
import { FaultySystem } from './faulty-system';

/*
 * The function `token-rotation` as Secrets Manager drives it: a rotation that fails or dies is
 * retried from the first step with the same version. The secret's current value must be a valid
 * token at any time.
 */

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
type Step = (typeof STEPS)[number];

let system: FaultySystem;

beforeAll(async () => {
  system = await FaultySystem.start();
}, 60_000);

afterAll(() => system.stop());

/** A connection with a secret, and the steps of its rotations. */
class RotatedConnection {
  private constructor(
    readonly client: Client,
    private readonly secretName: string,
  ) {}

  static async create(): Promise<RotatedConnection> {
    system.proxy.watch();
    system.secretsProxy.watch();
    const client = await Client.connect('generic', { rotation: { everyDays: 30, overlapDays: 5 } });
    const { secretName } = (await admin('GET', `/connections/${client.id}`)).body as {
      secretName: string;
    };
    return new RotatedConnection(client, secretName);
  }

  async step(step: Step, version: string): Promise<void> {
    const prefix = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:';
    const SecretId = `${prefix}${this.secretName}-AbCdEf`;
    await system.invoke('TokenRotation', { Step: step, SecretId, ClientRequestToken: version });
    await this.expectCurrentIsValid();
  }

  /** Runs all steps, and retries from the first one until all succeed, as Secrets Manager does. */
  async rotate(version: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        for (const step of STEPS) await this.step(step, version);
        return;
      } catch (error) {
        if (attempt === 3) throw error;
        await this.expectCurrentIsValid();
      }
    }
  }

  /** Deletes the secret as in the console, with a recovery window. */
  deleteSecret(): void {
    system.secrets.scheduleDeletion(this.secretName);
  }

  /** Returns the name that the secret of another connection has. */
  nameOfOther(id: string): string {
    return this.secretName.replace(/[^/]*$/, id);
  }

  rotationDays(): number | undefined {
    return system.secrets.rotationOf(this.secretName)?.days;
  }

  current(): string {
    return system.secrets.valueOf(this.secretName) ?? '';
  }

  async status(value: string): Promise<number> {
    const headers = { Authorization: `Bearer ${value}` };
    return (await this.client.call('GET', '/ServiceProviderConfig', undefined, headers)).status;
  }

  async expectCurrentIsValid(): Promise<void> {
    expect(await this.status(this.current())).toBe(200);
  }

  async states(): Promise<string[]> {
    return ((await admin('GET', `/connections/${this.client.id}/tokens`)).body as Body[]).map(
      ({ state }) => state,
    );
  }

  /** Expects the result of one rotation: its token is current, the earlier one in its overlap. */
  async expectRotatedOnce(): Promise<void> {
    expect(this.current()).not.toBe(this.client.token);
    await this.expectCurrentIsValid();
    expect(await this.status(this.client.token)).toBe(200);
    expect(await this.states()).toEqual(['active', 'ending']);
  }
}

test('steps that run twice rotate the token once', async () => {
  const rotated = await RotatedConnection.create();
  const version = randomUUID();
  for (const step of STEPS) {
    await rotated.step(step, version);
    await rotated.step(step, version);
  }
  await rotated.expectRotatedOnce();
});

test.each([
  [
    'the first step again before the last',
    ['createSecret', 'setSecret', 'createSecret', 'testSecret', 'finishSecret'],
  ],
  ['all steps again after the last', [...STEPS, ...STEPS]],
  [
    'all steps again, from the last to the first',
    [...STEPS, 'finishSecret', 'testSecret', 'setSecret', 'createSecret', 'finishSecret'],
  ],
] as const)('repeated steps rotate the token once: %s', async (_, steps) => {
  const rotated = await RotatedConnection.create();
  const version = randomUUID();
  for (const step of steps) await rotated.step(step, version);
  await rotated.expectRotatedOnce();
});

test('testSecret alone, for a version without a value, succeeds and changes nothing', async () => {
  const rotated = await RotatedConnection.create();
  await rotated.step('testSecret', randomUUID());
  expect([rotated.current(), await rotated.states()]).toEqual([rotated.client.token, ['active']]);
});

test('a step without the steps before it fails and changes nothing', async () => {
  const rotated = await RotatedConnection.create();
  for (const step of ['setSecret', 'finishSecret'] as const) {
    await expect(rotated.step(step, randomUUID())).rejects.toThrow();
  }
  expect([rotated.current(), await rotated.states()]).toEqual([rotated.client.token, ['active']]);
});

test.each(
  STEPS.slice(1).map(
    (step, index) => [step, STEPS.slice(0, index + 1), STEPS.slice(index + 1)] as const,
  ),
)('a rotation by an operator before %s overrides the one in progress', async (_, before, after) => {
  const rotated = await RotatedConnection.create();
  const version = randomUUID();
  for (const step of before) await rotated.step(step, version);
  const { body } = await admin('POST', `/connections/${rotated.client.id}/tokens`);
  expect(rotated.current()).toBe(body.value);
  for (const step of after) await rotated.step(step, version).catch(() => undefined);
  await rotated.expectCurrentIsValid();
  expect(await rotated.status(rotated.client.token)).toBe(401);
  expect((await rotated.states()).filter((state) => state === 'active')).toHaveLength(1);
});

test('the later of two concurrent rotations is current, and the other tokens end', async () => {
  const rotated = await RotatedConnection.create();
  const [first, second] = [randomUUID(), randomUUID()];
  for (const step of STEPS.slice(0, 3)) {
    await rotated.step(step, first);
    await rotated.step(step, second);
  }
  await rotated.step('finishSecret', second);
  const current = rotated.current();
  await expect(rotated.step('finishSecret', first)).rejects.toThrow();
  expect(rotated.current()).toBe(current);
  expect((await rotated.states()).sort()).toEqual(['active', 'ending', 'ending']);
});

test('concurrent rotations by operators leave one active token, the current one', async () => {
  const rotated = await RotatedConnection.create();
  const path = `/connections/${rotated.client.id}/tokens`;
  const replies = await Promise.all(Array.from({ length: 5 }, () => admin('POST', path)));
  expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201));
  await rotated.expectCurrentIsValid();
  const valid = await Promise.all(replies.map(({ body }) => rotated.status(body.value as string)));
  expect(valid.filter((status) => status === 200)).toHaveLength(1);
  expect((await rotated.states()).filter((state) => state === 'active')).toHaveLength(1);
});

test('a schedule cannot change during a rotation; removing it cancels the rotation', async () => {
  const rotated = await RotatedConnection.create();
  const path = `/connections/${rotated.client.id}`;
  await rotated.step('createSecret', randomUUID());
  const refused = await admin('PATCH', path, {
    displayName: 'Changed',
    rotation: { everyDays: 60 },
  });
  expect([refused.status, refused.body.errors[0].pointer]).toEqual([409, '/rotation']);
  expect((await admin('GET', path)).body).toMatchObject({
    displayName: 'Test',
    rotation: { everyDays: 30 },
  });
  expect((await admin('PATCH', path, { displayName: 'Changed' })).status).toBe(200);
  expect((await admin('PATCH', path, { rotation: null })).status).toBe(200);
  expect((await admin('PATCH', path, { rotation: { everyDays: 60 } })).status).toBe(200);
});

test('scheduling a deleted secret fails and names the call that creates a new one', async () => {
  const rotated = await RotatedConnection.create();
  const path = `/connections/${rotated.client.id}`;
  system.secretsProxy.watch(() => ({
    kind: 'error',
    name: 'ResourceNotFoundException',
    status: 400,
  }));
  const refused = await admin('PATCH', path, { rotation: { everyDays: 60 } });
  expect([refused.status, refused.body.detail]).toEqual([
    409,
    expect.stringContaining(`${path}/tokens`),
  ]);
  system.secretsProxy.watch();
});

test('a connection that is deleted during a rotation leaves no secret', async () => {
  const rotated = await RotatedConnection.create();
  const path = `/connections/${rotated.client.id}`;
  system.secretsProxy.watch((_, operation) => {
    if (operation !== 'PutSecretValue') return undefined;
    void admin('DELETE', path);
    return { kind: 'delay', milliseconds: 500 };
  });
  expect((await admin('POST', `${path}/tokens`)).status).toBe(404);
  system.secretsProxy.watch();
  expect(rotated.current()).toBe('');
});

test('neither connection nor secret remains if the schedule cannot be created', async () => {
  system.secretsProxy.watch((_, operation) =>
    operation === 'RotateSecret'
      ? { kind: 'error', name: 'InvalidRequestException', status: 400 }
      : undefined,
  );
  const body = { id: 'unscheduled', displayName: 'x', rotation: { everyDays: 30 } };
  expect((await admin('POST', '/connections', body)).status).toBe(409);
  system.secretsProxy.watch();
  expect((await admin('GET', '/connections/unscheduled')).status).toBe(404);
  expect((await admin('POST', '/connections', body)).status).toBe(201);
});

test('the token of a rotation during the creation of the secret is current', async () => {
  let rotation: ReturnType<typeof admin> | undefined;
  system.secretsProxy.watch((_, operation) => {
    if (operation !== 'CreateSecret' || rotation !== undefined) return undefined;
    rotation = admin('POST', '/connections/at-once/tokens');
    return { kind: 'delay', milliseconds: 500 };
  });
  const created = await admin('POST', '/connections', { id: 'at-once', displayName: 'x' });
  const { body: later } = (await rotation) ?? { body: undefined };
  expect(created.status).toBe(201);
  const { secretName } = (await admin('GET', '/connections/at-once')).body as {
    secretName: string;
  };
  expect(system.secrets.valueOf(secretName)).toBe(later.value);
});

test('a label that Secrets Manager refuses to move is retried only a few times', async () => {
  const rotated = await RotatedConnection.create();
  system.secretsProxy.watch((_, operation) =>
    operation === 'UpdateSecretVersionStage'
      ? { kind: 'error', name: 'InvalidRequestException', status: 400 }
      : undefined,
  );
  expect((await admin('POST', `/connections/${rotated.client.id}/tokens`)).status).toBe(500);
  expect(system.secretsProxy.calls).toBeLessThan(10);
  system.secretsProxy.watch();
  await rotated.expectCurrentIsValid();
});

const FAULTS: readonly Fault[] = [
  { kind: 'death', takesEffect: false },
  { kind: 'death', takesEffect: true },
  { kind: 'drop', takesEffect: true },
];

test.each(['proxy', 'secretsProxy'] as const)(
  'a rotation is completed after a death or a lost response at any call through %s',
  async (name) => {
    const counted = await RotatedConnection.create();
    system[name].watch();
    await counted.rotate(randomUUID());
    const { calls } = system[name];
    expect(calls).toBeGreaterThan(5);
    for (let call = 1; call <= calls; call += 1) {
      for (const fault of FAULTS) {
        const rotated = await RotatedConnection.create();
        let isInjected = false;
        system[name].watch((number) => {
          if (number !== call || isInjected) return undefined;
          isInjected = true;
          // The next attempt meets no faults.
          if (fault.kind === 'death') setTimeout(() => system[name].watch(), 200);
          return fault;
        });
        const version = randomUUID();
        await rotated.rotate(version).catch(async () => {
          await sleep(250);
          await rotated.rotate(version);
        });
        await rotated.expectRotatedOnce();
      }
    }
  },
  240_000,
);

test("an operator's rotation that dies at any call of Secrets Manager can be retried", async () => {
  const counted = await RotatedConnection.create();
  system.secretsProxy.watch();
  await admin('POST', `/connections/${counted.client.id}/tokens`);
  const { calls } = system.secretsProxy;
  for (let call = 1; call <= calls; call += 1) {
    for (const takesEffect of [false, true]) {
      const rotated = await RotatedConnection.create();
      system.secretsProxy.watch((number) =>
        number === call ? { kind: 'death', takesEffect } : undefined,
      );
      const path = `/connections/${rotated.client.id}/tokens`;
      const { status } = await admin('POST', path);
      expect(status).toBe(502);
      // A death kills all functions here; the last one dies a moment later.
      await sleep(250);
      system.secretsProxy.watch();
      await rotated.expectCurrentIsValid();
      const { body } = await admin('POST', path);
      expect([rotated.current(), await rotated.status(rotated.client.token)]).toEqual([
        body.value,
        401,
      ]);
      expect(
        (await rotated.states()).filter((state) => state === 'active' || state === 'pending'),
      ).toEqual(['active']);
    }
  }
}, 120_000);

describe('a secret whose deletion somebody scheduled', () => {
  test('is restored when a token is issued', async () => {
    const rotated = await RotatedConnection.create();
    rotated.deleteSecret();
    const { status, body } = await admin('POST', `/connections/${rotated.client.id}/tokens`);
    expect([status, rotated.current()]).toEqual([201, body.value]);
    expect(await rotated.status(body.value)).toBe(200);
  });

  test('is restored when its schedule changes', async () => {
    const rotated = await RotatedConnection.create();
    rotated.deleteSecret();
    const path = `/connections/${rotated.client.id}`;
    expect((await admin('PATCH', path, { rotation: { everyDays: 60 } })).status).toBe(200);
    expect(rotated.rotationDays()).toBe(60);
  });

  test('is restored for a new connection with its name', async () => {
    const name = (await RotatedConnection.create()).nameOfOther('restored');
    await system.createSecret(name, 'left over');
    system.secrets.scheduleDeletion(name);
    const { status, body } = await admin('POST', '/connections', {
      id: 'restored',
      displayName: 'Restored',
      identityProvider: 'generic',
    });
    expect([status, system.secrets.valueOf(name)]).toEqual([201, body.token?.value]);
  });
});

test('creating a secret waits until one with its name is gone', async () => {
  let refused = 0;
  system.secretsProxy.watch((_call, operation) => {
    if (operation !== 'CreateSecret' || refused === 2) return undefined;
    refused += 1;
    return { kind: 'error', name: 'InvalidRequestException', status: 400 };
  });
  const client = await Client.connect('generic');
  expect([refused, (await client.get('/Users')).status]).toEqual([2, 200]);
});
