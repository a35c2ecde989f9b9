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
  await use(client, 1, 1, 1, 1, 6);
  await mailsTo('entra@acme.example', 0);
  await use(client, 12);
  await own.advance(2 * HOUR);
  const [mail] = await mailsTo('entra@acme.example', 1);
  expect(mail?.subject).toBe('SCIM provisioning of Test may be in quarantine');
  expect(mail?.text).toContain('Restart provisioning');
  await use(client, 24, 24);
  await own.advance(2 * HOUR);
  await mailsTo('entra@acme.example', 1);
}, 120_000);
