import { noticePartition } from '../../directory/store/keys';
import { Table } from '../../directory/store/table';
import { openEngine } from '../directory/support';
import { admin, Client } from '../support/client';
import { DAY, eventually, startOwnServer, type Mail, type OwnServer } from '../support/own-server';

/** A connection that used to synchronize and does not any more is told, by mail and as a metric. */

let own: OwnServer;

beforeAll(async () => {
  own = await startOwnServer('--failure-mail-window', '1');
}, 60_000);

afterAll(() => own.stop());

const HOUR = DAY / 24;

/** What there was to tell of a connection: when the clock has been moved all of it is there, before it is mailed. */
async function notices({ id }: Client): Promise<readonly string[]> {
  const engine = openEngine(own.dynamodbEndpoint);
  try {
    const { items } = await new Table(engine, own.tableName).query(noticePartition(id));
    return items.map(({ sk }) => sk.replace(/#.*$/, ''));
  } finally {
    engine.close();
  }
}

async function mailTo(recipient: string, subject: string): Promise<Mail> {
  const mails = await eventually(
    async () => (await own.mails()).filter(({ recipients }) => recipients.includes(recipient)),
    (found) => found.some((mail) => mail.subject === subject),
  );
  const [mail, ...others] = mails.filter((each) => each.subject === subject);
  expect(others).toEqual([]);
  if (mail === undefined) throw new Error('There is no such mail.');
  return mail;
}

/** How many connections are silent, at most, as it was reported so far. */
async function silentConnections(): Promise<number | undefined> {
  return (await own.metrics()).find(({ name }) => name === 'SilentConnections')?.maximum;
}

/** Uses connections at these pauses, in hours. */
async function use(clients: readonly Client[], ...pauses: readonly number[]): Promise<void> {
  for (const pause of pauses) {
    await own.advance(pause * HOUR);
    for (const client of clients) expect((await client.get('/Users')).status).toBe(200);
  }
}

const times = (count: number, pause: number): readonly number[] =>
  Array.from({ length: count }, () => pause);

test('silence is told once; not of a connection that is disabled', async () => {
  const silent = await Client.connect('okta', {
    failureMail: { recipients: ['silent@acme.example'] },
  });
  const paused = await Client.connect('okta', {
    failureMail: { recipients: ['paused@acme.example'] },
  });
  await use([silent, paused], ...times(9, 24));
  await admin('PATCH', `/connections/${paused.id}`, { enabled: false });
  await own.advance(1.5 * DAY);
  expect([await notices(silent), await silentConnections()]).toEqual([[], undefined]);
  await own.advance(DAY);
  expect([await notices(silent), await silentConnections()]).toEqual([['silent'], 1]);
  const mail = await mailTo('silent@acme.example', 'SCIM provisioning of Test has gone silent');
  expect(mail.text).toContain('Dashboard > Tasks');
  await own.advance(3 * DAY);
  expect([await notices(silent), await notices(paused)]).toEqual([['silent'], []]);
}, 120_000);

test('an Entra ID connection that only tries now and then is told to be in quarantine, as long as it is', async () => {
  const client = await Client.connect('entra', {
    failureMail: { recipients: ['entra@acme.example'] },
  });
  await use([client], ...times(30, 6));
  await own.advance(13 * HOUR);
  expect(await notices(client)).toEqual(['silent']);
  await use([client], 1, 14);
  await own.advance(2 * HOUR);
  expect(await notices(client)).toEqual(['quarantined', 'silent']);
  const mail = await mailTo('entra@acme.example', 'SCIM provisioning of Test may be in quarantine');
  expect(mail.text).toContain('Restart provisioning');
  await use([client], 24, 24, 24);
  await own.advance(2 * HOUR);
  expect(await notices(client)).toEqual(['quarantined', 'silent']);
}, 120_000);

test("a token that is somebody else's keeps nobody from hearing of silence", async () => {
  const client = await Client.connect('okta', {
    failureMail: { recipients: ['scoped@acme.example'] },
  });
  const { body: reader } = await admin('POST', `/connections/${client.id}/tokens`, {
    scopes: ['users:read'],
  });
  await use([client], ...times(9, 24));
  const headers = { Authorization: `Bearer ${String(reader.value)}` };
  for (let day = 0; day < 3; day += 1) {
    await own.advance(DAY);
    expect((await client.call('GET', '/Users', undefined, headers)).status).toBe(200);
  }
  expect(await notices(client)).toEqual(['silent']);
  const { body } = await admin('GET', `/connections/${client.id}`);
  expect(Object.keys(body)).not.toContain('rhythm');
}, 120_000);

test('of a connection that lets nobody in its recipients know already', async () => {
  const client = await Client.connect('okta', {
    failureMail: { recipients: ['refused@acme.example'] },
  });
  await use([client], ...times(9, 24));
  await admin('POST', `/connections/${client.id}/tokens`, {});
  expect((await client.get('/Users')).status).toBe(401);
  await mailTo('refused@acme.example', 'SCIM provisioning of Test: 1 request failed');
  await own.advance(3 * DAY);
  expect(await notices(client)).not.toContain('silent');
}, 120_000);
