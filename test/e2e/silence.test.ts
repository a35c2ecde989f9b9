import { noticePartition } from '../../directory/store/keys';
import { Table } from '../../directory/store/table';
import { openEngine } from '../directory/support';
import { admin, Client } from '../support/client';
import { DAY, startOwnServer, type Mail, type OwnServer } from '../support/own-server';

/** Connections that stop syncing are reported by mail and as a metric. */

let server: OwnServer;

beforeAll(async () => {
  server = await startOwnServer();
}, 60_000);

afterAll(() => server.stop());

const HOUR = DAY / 24;

/**
 * Returns the kinds of the notices about a connection. Once the clock has advanced, all notices are
 * in the table, before they are mailed.
 */
async function notices({ id }: Client): Promise<readonly string[]> {
  const engine = openEngine(server.dynamodbEndpoint);
  try {
    const { items } = await new Table(engine, server.tableName).query(noticePartition(id));
    return items.map(({ sk }) => sk.replace(/#.*$/, ''));
  } finally {
    engine.close();
  }
}

async function mailTo(recipient: string, subject: string): Promise<Mail> {
  const mails = (await server.mails()).filter(({ recipients }) => recipients.includes(recipient));
  const [mail, ...others] = mails.filter((each) => each.subject === subject);
  expect(others).toEqual([]);
  if (mail === undefined) throw new Error('Mail not found.');
  return mail;
}

/** Returns the highest number of silent connections that was reported so far. */
async function silentConnections(): Promise<number | undefined> {
  return (await server.metrics()).find(({ name }) => name === 'SilentConnections')?.maximum;
}

/** Sends a request on each connection after each of these pauses, in hours. */
async function useAfterPauses(
  clients: readonly Client[],
  ...pauses: readonly number[]
): Promise<void> {
  for (const pause of pauses) {
    await server.advance(pause * HOUR);
    for (const client of clients) expect((await client.get('/Users')).status).toBe(200);
  }
}

const times = (count: number, pause: number): readonly number[] =>
  Array.from({ length: count }, () => pause);

test('a silent connection is reported once, a disabled connection never', async () => {
  const silent = await Client.connect('okta', {
    failureMail: { recipients: ['silent@acme.example'] },
  });
  const paused = await Client.connect('okta', {
    failureMail: { recipients: ['paused@acme.example'] },
  });
  await useAfterPauses([silent, paused], ...times(9, 24));
  await admin('PATCH', `/connections/${paused.id}`, { enabled: false });
  await server.advance(1.5 * DAY);
  expect([await notices(silent), await silentConnections()]).toEqual([[], undefined]);
  await server.advance(DAY);
  expect([await notices(silent), await silentConnections()]).toEqual([['silent'], 1]);
  const mail = await mailTo('silent@acme.example', 'SCIM provisioning of Test has gone silent');
  expect(mail.text).toContain('Dashboard > Tasks');
  await server.advance(3 * DAY);
  expect([await notices(silent), await notices(paused)]).toEqual([['silent'], []]);
}, 120_000);

test('a possible quarantine of Entra ID is reported once while it lasts', async () => {
  const client = await Client.connect('entra', {
    failureMail: { recipients: ['entra@acme.example'] },
  });
  await useAfterPauses([client], ...times(30, 6));
  await server.advance(13 * HOUR);
  expect(await notices(client)).toEqual(['silent']);
  await useAfterPauses([client], 1, 14);
  await server.advance(2 * HOUR);
  expect(await notices(client)).toEqual(['quarantined', 'silent']);
  const mail = await mailTo('entra@acme.example', 'SCIM provisioning of Test may be in quarantine');
  expect(mail.text).toContain('Restart provisioning');
  await useAfterPauses([client], 24, 24, 24);
  await server.advance(2 * HOUR);
  expect(await notices(client)).toEqual(['quarantined', 'silent']);
}, 120_000);

test('use of a token with scopes does not hide that a connection is silent', async () => {
  const client = await Client.connect('okta', {
    failureMail: { recipients: ['scoped@acme.example'] },
  });
  const { body: reader } = await admin('POST', `/connections/${client.id}/tokens`, {
    scopes: ['users:read'],
  });
  await useAfterPauses([client], ...times(9, 24));
  const headers = { Authorization: `Bearer ${String(reader.value)}` };
  for (let day = 0; day < 3; day += 1) {
    await server.advance(DAY);
    expect((await client.call('GET', '/Users', undefined, headers)).status).toBe(200);
  }
  expect(await notices(client)).toEqual(['silent']);
  const { body } = await admin('GET', `/connections/${client.id}`);
  expect(Object.keys(body)).not.toContain('usagePattern');
}, 120_000);

test('silence is not reported if failures have already been mailed', async () => {
  const client = await Client.connect('okta', {
    failureMail: { recipients: ['refused@acme.example'] },
  });
  await useAfterPauses([client], ...times(9, 24));
  await admin('POST', `/connections/${client.id}/tokens`, {});
  expect((await client.get('/Users')).status).toBe(401);
  await mailTo('refused@acme.example', 'SCIM provisioning of Test: 1 request failed');
  await server.advance(3 * DAY);
  expect(await notices(client)).not.toContain('silent');
}, 120_000);
