import { Table } from '../../directory/store/table';
import { openEngine } from '../directory/support';
import { admin, Client, send } from '../support/client';
import { DAY, eventually, startOwnServer, type OwnServer } from '../support/own-server';

/*
 * No value of a token, and no password, is in anything that the system writes: table, logs, mails, audit records, answers of the admin API and
 * error answers. The secrets in Secrets Manager are where tokens are kept, and are not looked at here.
 */

let server: OwnServer;
/** The secret part of every token that was issued, and every password that was sent. */
const secrets = new Set<string>();
const answers: string[] = [];

beforeAll(async () => {
  server = await startOwnServer();
});

afterAll(() => server.stop());

function keep(token: string): string {
  const secret = token.split('_').slice(3).join('_');
  expect(secret).toHaveLength(43);
  secrets.add(secret);
  return token;
}

async function issue(client: Client, body?: object): Promise<string> {
  return keep((await admin('POST', `/connections/${client.id}/tokens`, body)).body.value as string);
}

async function read(client: Client): Promise<void> {
  const path = `/connections/${client.id}`;
  for (const each of ['', '/tokens', '/audit', '/schemas'])
    answers.push((await admin('GET', `${path}${each}`)).text);
  answers.push((await admin('GET', '/connections')).text);
}

/** Requests that go wrong with a token in every place where one can stand. */
async function provoke(client: Client, token: string): Promise<void> {
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
  answers.push(...replies.map(({ text }) => text));
}

test('a full run leaves no secret anywhere', async () => {
  const rotated = await Client.connect('entra', {
    failureMail: { recipients: ['secrecy@acme.example'] },
    rotation: { everyDays: 20, overlapDays: 2 },
    tokenExpiresInDays: 50,
  });
  const plain = await Client.connect('okta', { secret: false });
  const doomed = await Client.connect('generic');
  for (const client of [rotated, plain, doomed]) {
    keep(client.token);
    await client.user('u@acme.example', { password: 'pass-word-1' });
    secrets.add('pass-word-1');
    await provoke(client, client.token);
  }
  await issue(rotated, { scopes: ['users:read'] });
  await issue(rotated, { overlapSeconds: 60 });
  const current = await issue(plain);
  await provoke(plain, current);
  await Promise.all([issue(rotated), issue(rotated)]);
  await admin('PATCH', `/connections/${rotated.id}`, { enabled: false });
  await admin('PATCH', `/connections/${rotated.id}`, { enabled: true });
  const revoked = (await admin('GET', `/connections/${plain.id}/tokens`)).body[0].id as string;
  await admin('DELETE', `/connections/${plain.id}/tokens/${revoked}`);
  await admin('DELETE', `/connections/${doomed.id}`);
  // Rotated by schedule: that token's value is known to nobody here, but has the form of one.
  await server.advance(20 * DAY + 60);
  await eventually(
    () => server.mails(),
    ({ length }) => length > 0,
  );
  for (const client of [rotated, plain]) await read(client);

  const engine = openEngine(server.dynamodbEndpoint);
  const items: string[] = [];
  for await (const page of new Table(engine, server.tableName).scan(1))
    items.push(JSON.stringify(page));
  engine.close();
  const written = {
    table: items.join(),
    log: server.log(),
    mails: JSON.stringify(await server.mails()),
    answers: answers.join(),
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
