import { Table } from '../../directory/store/table';
import { openEngine } from '../directory/support';
import { admin, Client, send } from '../support/client';
import { DAY, startOwnServer, type OwnServer } from '../support/own-server';

/*
 * The system writes no token and no password to the table (which holds the audit log), to logs and
 * mails, or to responses of the admin API and error responses. Secrets Manager is not checked: its
 * secrets store the tokens.
 */

let server: OwnServer;
/** The secret parts of all tokens that were issued, and all passwords that were sent. */
const secrets = new Set<string>();
const responses: string[] = [];

beforeAll(async () => {
  server = await startOwnServer();
});

afterAll(() => server.stop());

function remember(token: string): string {
  const secret = token.split('_').slice(3).join('_');
  expect(secret).toHaveLength(43);
  secrets.add(secret);
  return token;
}

async function issue(client: Client, body?: object): Promise<string> {
  return remember(
    (await admin('POST', `/connections/${client.id}/tokens`, body)).body.value as string,
  );
}

async function readAdminApi(client: Client): Promise<void> {
  const path = `/connections/${client.id}`;
  for (const each of ['', '/tokens', '/audit', '/schemas'])
    responses.push((await admin('GET', `${path}${each}`)).text);
  responses.push((await admin('GET', '/connections')).text);
}

/** Sends requests that fail, and passes a token in every place that can hold one. */
async function sendFailingRequests(client: Client, token: string): Promise<void> {
  const wrong = { Authorization: `Bearer ${token.slice(0, -1)}` };
  const replies = [
    await client.call('GET', '/Users', undefined, wrong),
    await client.call('GET', '/Users', undefined, { Authorization: `Token ${token}` }),
    await client.call('POST', '/Users', '{"userName":'),
    await client.post('/Groups', {}),
    await client.get('/Users/none'),
    await send('GET', `${client.baseUrl}/Nothing`, { Authorization: `Bearer ${token}` }),
    await send('GET', `${server.adminUrl}/nothing`, { Authorization: `Bearer ${token}` }),
    await admin('POST', `/connections/${client.id}/tokens`, { overlapSeconds: 'x' }),
  ];
  responses.push(...replies.map(({ text }) => text));
}

test('no token or password appears in the table, the logs, mails or responses', async () => {
  const rotated = await Client.connect('entra', {
    failureMail: { recipients: ['secrecy@acme.example'] },
    rotation: { everyDays: 20, overlapDays: 2 },
    tokenExpiresInDays: 50,
  });
  const plain = await Client.connect('okta', { secret: false });
  const doomed = await Client.connect('generic');
  for (const client of [rotated, plain, doomed]) {
    remember(client.token);
    await client.user('u@acme.example', { password: 'pass-word-1' });
    secrets.add('pass-word-1');
    await sendFailingRequests(client, client.token);
  }
  await issue(rotated, { scopes: ['users:read'] });
  await issue(rotated, { overlapSeconds: 60 });
  const current = await issue(plain);
  await sendFailingRequests(plain, current);
  await Promise.all([issue(rotated), issue(rotated)]);
  await admin('PATCH', `/connections/${rotated.id}`, { enabled: false });
  await admin('PATCH', `/connections/${rotated.id}`, { enabled: true });
  const revoked = (await admin('GET', `/connections/${plain.id}/tokens`)).body[0].id as string;
  await admin('DELETE', `/connections/${plain.id}/tokens/${revoked}`);
  await admin('DELETE', `/connections/${doomed.id}`);
  // A scheduled rotation: this test does not know the new token, but recognizes one by its form.
  await server.advance(20 * DAY + 60);
  expect(await server.mails()).not.toEqual([]);
  for (const client of [rotated, plain]) await readAdminApi(client);

  const engine = openEngine(server.dynamodbEndpoint);
  const items: string[] = [];
  for await (const page of new Table(engine, server.tableName).scan(1))
    items.push(JSON.stringify(page));
  engine.close();
  const written = {
    table: items.join(),
    log: server.log(),
    mails: JSON.stringify(await server.mails()),
    responses: responses.join(),
  };
  expect(written.log).toContain('"message":"audit"');
  expect(written.log).toContain('"message":"rotation"');
  for (const [where, text] of Object.entries(written)) {
    expect(text.length).toBeGreaterThan(500);
    const found = [...secrets].filter((secret) => text.includes(secret));
    expect({ where, found }).toEqual({ where, found: [] });
    expect({
      where,
      tokens: text.match(/scim_[a-z0-9-]+_[a-z0-9]{10}_[A-Za-z0-9_-]{20,}/g),
    }).toEqual({
      where,
      tokens: null,
    });
  }
});
