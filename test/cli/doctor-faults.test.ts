import { setTimeout as sleep } from 'node:timers/promises';
import type { DeploymentDiagnosis } from '../../cli/doctor/operator/diagnoses';
import { newEntryTime } from '../../directory/log/entry-item';
import { failureEntryWrite } from '../../directory/log/failure-entry';
import { mailEntryWrite } from '../../directory/log/mail-entry';
import { membershipKey } from '../../directory/store/keys';
import { Table } from '../../directory/store/table';
import type { Write } from '../../directory/store/write';
import { openEngine } from '../directory/support';
import { admin, Client, send, type Body } from '../support/client';
import { run } from '../support/command';
import { DAY, eventually, startOwnServer, type OwnServer } from '../support/own-server';
import { WebhookReceiver } from '../support/webhook-receiver';

/** `doctor` as the operator: faults are seeded one at a time into a healthy deployment. */

let server: OwnServer;
let client: Client;
const receivers: WebhookReceiver[] = [];

beforeAll(async () => {
  server = await startOwnServer();
}, 60_000);

afterAll(async () => {
  await server.stop();
  for (const receiver of receivers) await receiver.stop();
});

/** Leaves one connection, which is new, is used and has the settings. */
async function healthy(settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const { body: webhooks } = await admin('GET', '/webhooks');
  for (const { id } of webhooks.webhooks as Body[]) await admin('DELETE', `/webhooks/${id}`);
  const { body } = await admin('GET', '/connections');
  for (const { id } of body.connections as Body[]) await admin('DELETE', `/connections/${id}`);
  client = await Client.connect('entra', settings);
  await client.user('ann@acme.example');
}

/** Returns the names of the findings, and the first of them. */
async function findings(
  ...options: readonly string[]
): Promise<{ readonly names: readonly DeploymentDiagnosis[]; readonly first: Body }> {
  const began = performance.now();
  const { code, stdout, stderr } = await run([
    ...['doctor', '--admin-url', server.adminUrl, '--json'],
    ...options,
  ]);
  expect(performance.now() - began).toBeLessThan(60_000);
  if (stdout === '') throw new Error(stderr);
  const found = JSON.parse(stdout) as Body[];
  expect(code).toBe(found.length === 0 ? 0 : 1);
  return { names: found.map(({ name }) => name as DeploymentDiagnosis), first: found[0] };
}

/** Writes items into the table, as only AWS could make the service write them. */
async function write(writes: readonly Write[]): Promise<void> {
  const engine = openEngine(server.dynamodbEndpoint);
  await new Table(engine, server.tableName).write([...writes]);
  engine.close();
}

async function now(): Promise<number> {
  const { body } = await send('GET', server.mailboxUrl.replace(/mailbox$/, 'clock'));
  return Date.parse(body.now as string);
}

/** Uses the connection after each of these pauses, in days. */
async function useAfter(...pauses: readonly number[]): Promise<void> {
  for (const pause of pauses) {
    await server.advance(pause * DAY);
    expect((await client.get('/Users')).status).toBe(200);
  }
}

async function webhook(status: number): Promise<string> {
  const receiver = await WebhookReceiver.start();
  receivers.push(receiver);
  receiver.react = () => status;
  const { body } = await admin('POST', '/webhooks', { url: receiver.url });
  await client.user('bob@acme.example');
  await eventually(
    () => Promise.resolve(receiver.received),
    (received) => received.length > 0,
  );
  return body.id as string;
}

const daily = Array.from({ length: 9 }, () => 1);
const tokens = (): string => `/connections/${client.id}/tokens`;

/** How each fault comes about, and the findings that it must lead to, and no others. */
const FAULTS: Readonly<
  Record<
    string,
    {
      readonly settings?: Readonly<Record<string, unknown>>;
      readonly seed: () => Promise<unknown>;
      readonly expected: readonly DeploymentDiagnosis[];
    }
  >
> = {
  'no valid token': {
    seed: async () => {
      const { body } = await admin('GET', tokens());
      await admin('DELETE', `${tokens()}/${String(body[0].id)}`);
    },
    expected: ['noToken'],
  },
  'a token that ends in six days': {
    settings: { tokenExpiresInDays: 30 },
    seed: () => useAfter(24),
    expected: ['tokenEnds'],
  },
  'an earlier token in use during the overlap': {
    seed: async () => {
      await admin('POST', tokens(), { overlapSeconds: 7 * DAY });
      await useAfter(0.1);
    },
    expected: ['oldTokenInUse'],
  },
  'a token with scopes that is not used': {
    seed: async () => {
      await admin('POST', tokens(), { scopes: ['users:read'] });
      await useAfter(31);
    },
    expected: ['tokenUnused'],
  },
  'a token of last year': {
    settings: { tokenExpiresInDays: 3650 },
    seed: () => useAfter(400),
    expected: ['tokenOld'],
  },
  'an ended token in use': {
    seed: async () => {
      await admin('POST', tokens(), { overlapSeconds: 0 });
      expect((await client.get('/Users')).status).toBe(401);
    },
    expected: ['endedTokenInUse'],
  },
  'a connection that was never used': {
    seed: async () => {
      await admin('POST', '/connections', { displayName: 'New', identityProvider: 'okta' });
      await server.advance(8 * DAY);
    },
    expected: ['neverUsed'],
  },
  'a connection that has gone silent': {
    seed: async () => {
      await useAfter(...daily);
      await server.advance(3 * DAY);
    },
    expected: ['silent'],
  },
  'a connection that may be in quarantine': {
    seed: () => useAfter(...daily, 3, 3),
    expected: ['quarantined'],
  },
  'many failures': {
    seed: async () => {
      for (let number = 0; number < 25; number += 1) {
        const { status } = await client.post('/Users', { userName: 'ann@acme.example' });
        expect(status).toBe(409);
      }
    },
    expected: ['errorRatio', 'requestsFail'],
  },
  'a failure': {
    seed: () => client.post('/Users', { userName: 'ann@acme.example' }),
    expected: ['requestsFail'],
  },
  'a rate limit that is too low': {
    settings: { rateLimit: { requestsPerSecond: 1, burst: 1 } },
    seed: () => Promise.all(Array.from({ length: 8 }, () => client.get('/Users'))),
    expected: ['rateLimited'],
  },
  'a table that throttles': {
    seed: async () => {
      const entry = { ...newEntryTime(await now()), connection: client.id, requestId: 'r' };
      const failure = { method: 'GET', route: '/Users', status: 503, latency: 1, count: 7 };
      await write([failureEntryWrite({ ...entry, ...failure, cause: 'busy' }, 30)]);
    },
    expected: ['throttled'],
  },
  'a mail that SES does not accept': {
    seed: async () => {
      const entry = { ...newEntryTime(await now()), connection: client.id, requestId: 'r' };
      await write([mailEntryWrite({ ...entry, mail: 'failures', error: 'MessageRejected' }, 30)]);
    },
    expected: ['mailRefused'],
  },
  'a webhook endpoint that is gone': {
    seed: async () => {
      const id = await webhook(410);
      await eventually(
        async () => (await admin('GET', `/webhooks/${id}`)).body,
        ({ enabled }) => enabled === false,
      );
    },
    expected: ['webhookDisabled'],
  },
  'a webhook endpoint that fails': {
    seed: async () => {
      const id = await webhook(500);
      await eventually(
        async () => (await admin('GET', `/webhooks/${id}`)).body,
        ({ failingSince }) => failingSince !== undefined,
      );
      // The first attempt alone is no finding.
      expect((await findings()).names).toEqual([]);
      await server.advance(90);
    },
    expected: ['webhookFailing'],
  },
};

test.each(Object.keys(FAULTS))(
  'the doctor finds %s, and nothing else',
  async (fault) => {
    const { settings, seed, expected } = FAULTS[fault] ?? {};
    await healthy(settings);
    expect(await findings()).toEqual({ names: [], first: undefined });
    await seed?.();
    // The last request may be counted a moment after its answer.
    await sleep(200);
    const { names, first } = await findings();
    expect(names).toEqual(expected);
    expect(first.seen).toMatch(/^[a-z0-9-]+[ :].*\.$/);
  },
  60_000,
);

test('the doctor leaves disabled connections and webhooks alone', async () => {
  await healthy();
  const id = await webhook(200);
  await admin('PATCH', `/webhooks/${id}`, { enabled: false });
  await admin('PATCH', `/connections/${client.id}`, { enabled: false });
  await client.get('/Users');
  expect((await findings()).names).toEqual([]);
});

test('the doctor finds items that contradict each other', async () => {
  await healthy();
  const { id: user } = await client.user('eve@acme.example');
  const { id: group } = await client.group('Guides', [user]);
  await write([{ delete: membershipKey(client.id, group, user) }]);
  const table = ['--table', server.tableName, '--dynamodb', server.dynamodbEndpoint];
  const { names, first } = await findings(...table);
  expect([names, first.seen]).toEqual([['tableRules'], expect.stringContaining(String(group))]);
  expect((await findings(...table, '--no-verify')).names).toEqual([]);
}, 90_000);

test('the doctor says what it did not check, and explains what it finds', async () => {
  await healthy();
  await client.post('/Users', { userName: 'ann@acme.example' });
  const doctor = ['doctor', '--admin-url', server.adminUrl];
  const { code, stdout, stderr } = await run(doctor);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^D112 {2}Requests fail\n {4}.*1 request of the last day got 409/);
  expect(stdout).toContain('    What to do: ');
  expect(stderr).toContain('Not checked: AWS (there is no --stack)');
  const wrong = await run([...doctor, '--as', 'okta']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Add its --url.')]);
  const noToken = await run(['doctor', '--url', client.baseUrl]);
  expect([noToken.code, noToken.stderr]).toEqual([2, expect.stringContaining('CDK_SCIM_TOKEN')]);
});
