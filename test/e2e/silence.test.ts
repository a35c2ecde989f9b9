import { admin, Client } from '../support/client';
import { DAY, eventually, startOwnServer, type Mail, type OwnServer } from '../support/own-server';

/** A connection that used to synchronize and does not any more is told, by mail and as a metric. */

let own: OwnServer;

beforeAll(async () => {
  own = await startOwnServer('--failure-mail-window', '1');
}, 60_000);

afterAll(() => own.stop());

const HOUR = DAY / 24;

async function mailsTo(recipient: string, count: number): Promise<readonly Mail[]> {
  const found = await eventually(
    async () => (await own.mails()).filter(({ recipients }) => recipients.includes(recipient)),
    ({ length }) => length >= count,
  );
  expect(found).toHaveLength(count);
  return found;
}

/** Uses a connection at these pauses, in hours. */
async function use(client: Client, ...pauses: readonly number[]): Promise<void> {
  for (const pause of pauses) {
    await own.advance(pause * HOUR);
    expect((await client.get('/Users')).status).toBe(200);
  }
}

test('silence is told once, and again when there is another one', async () => {
  const silent = await Client.connect('okta', { failureMail: { recipients: ['silent@acme.example'] } });
  const paused = await Client.connect('okta', { failureMail: { recipients: ['paused@acme.example'] } });
  for (const client of [silent, paused]) await client.get('/Users');
  for (let day = 0; day < 8; day += 1) {
    await own.advance(DAY);
    for (const client of [silent, paused]) await client.get('/Users');
  }
  await admin('PATCH', `/connections/${paused.id}`, { enabled: false });
  await own.advance(1.5 * DAY);
  await mailsTo('silent@acme.example', 0);
  await own.advance(DAY);
  const [mail] = await mailsTo('silent@acme.example', 1);
  expect(mail?.subject).toBe('SCIM provisioning of Test has gone silent');
  expect(mail?.text).toContain('Dashboard > Tasks');
  await own.advance(3 * DAY);
  await mailsTo('silent@acme.example', 1);
  await mailsTo('paused@acme.example', 0);
  expect((await own.metrics()).find(({ name }) => name === 'SilentConnections')).toBeDefined();
}, 120_000);

test('an Entra ID connection that only tries now and then is told to be in quarantine', async () => {
  const client = await Client.connect('entra', { failureMail: { recipients: ['entra@acme.example'] } });
  await use(client, ...Array.from({ length: 30 }, () => 6));
  for (const count of [1, 2]) {
    await own.advance(13 * HOUR);
    await mailsTo('entra@acme.example', count);
    await client.get('/Users');
  }
  await own.advance(2 * HOUR);
  const mails = await mailsTo('entra@acme.example', 3);
  expect(mails.map(({ subject }) => subject)).toEqual([
    'SCIM provisioning of Test has gone silent',
    'SCIM provisioning of Test has gone silent',
    'SCIM provisioning of Test may be in quarantine',
  ]);
  expect(mails[2]?.text).toContain('Restart provisioning');
  await own.advance(2 * HOUR);
  await mailsTo('entra@acme.example', 3);
}, 120_000);

test("a token that is somebody else's keeps nobody from hearing of silence", async () => {
  const client = await Client.connect('okta', { failureMail: { recipients: ['scoped@acme.example'] } });
  const { body: reader } = await admin('POST', `/connections/${client.id}/tokens`, { scopes: ['users:read'] });
  await use(client, ...Array.from({ length: 8 }, () => 24));
  const headers = { Authorization: `Bearer ${String(reader.value)}` };
  for (let day = 0; day < 3; day += 1) {
    await own.advance(DAY);
    expect((await client.call('GET', '/Users', undefined, headers)).status).toBe(200);
  }
  await mailsTo('scoped@acme.example', 1);
  const { body } = await admin('GET', `/connections/${client.id}`);
  expect(Object.keys(body)).not.toContain('rhythm');
}, 120_000);
