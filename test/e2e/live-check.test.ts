import { randomUUID } from 'node:crypto';
import { latestSetupEntries, type SetupEntry } from '../../directory/log/setup-entry';
import { Table } from '../../directory/store/table';
import { verify } from '../../directory/verify/verify';
import { openEngine } from '../directory/support';
import { admin, Client, send } from '../support/client';
import { startOwnServer, type OwnServer } from '../support/own-server';
import { linkTo, newToken, visitorOf } from '../support/portal-link';
import { textOf, Visitor } from '../support/visitor';

/** The portal's live check: what it says of requests, and which requests are recorded for it. */

let server: OwnServer;

beforeAll(async () => {
  server = await startOwnServer();
});

afterAll(() => server.stop());

/** Path of the request that Entra ID tests a connection with. */
const connectionTest = (): string => `/Users?filter=userName+eq+%22${randomUUID()}%22`;

test('it tells a wrong token, the test, groups and the first user in words', async () => {
  const { id, baseUrl } = await Client.connect('entra', { groups: false });
  const visitor = await visitorOf(id);
  const token = await newToken(visitor);
  expect(textOf(await visitor.open('/portal/check'))).toContain('Waiting for the first request');

  expect((await Client.of(baseUrl, token.slice(0, -2)).get(connectionTest())).status).toBe(401);
  const live = async (): Promise<string> => textOf(await visitor.open('/portal/check'));
  expect(await live()).toContain('The token is 2 characters too short.');
  for (const [sent, text] of [
    ['Bearer scim_other_0123456789_' + 'a'.repeat(43), 'another connection'],
    ['Bearer not-a-token', 'not a token of this service'],
    ['Basic YTpi', 'other credentials than a bearer token'],
    [`Bearer ${token.slice(0, -43)}${'a'.repeat(43)}`, 'Some characters of the token differ'],
  ] as const) {
    await send('GET', `${baseUrl}/Users`, { Authorization: sent });
    expect(await live()).toContain(text);
  }

  const client = Client.of(baseUrl, token);
  await client.get(connectionTest());
  expect(await live()).toContain('The connection test succeeded.');
  expect(await live()).toContain('Waiting for the first user');
  expect((await client.post('/Groups', { displayName: 'Pushed' })).status).toBe(501);
  expect(await live()).toContain('this connection accepts users only');
  await client.post('/Users', { userName: 'ada@acme.example', name: { givenName: 'Ada' } });
  expect(await live()).toContain('Entra ID created ada@acme.example.');
  const second = await client.post('/Users', { userName: 'ada@acme.example' });
  expect(second.status).toBe(409);
  expect(await live()).toContain('Another user has this userName');

  const review = textOf(await visitor.open('/portal/review'));
  expect(review).toContain('of 13 attributes have no value');
  expect(review).toMatch(/Username userName from userPrincipalName ada@acme\.example/);
});

test('requests are recorded while a setup session is open, and only then', async () => {
  const client = await Client.connect('entra');
  await client.get(connectionTest());
  const visitor = await visitorOf(client.id);
  expect(textOf(await visitor.open('/portal/check'))).toContain('Waiting for the first request');
  await client.get(connectionTest());
  expect(textOf(await visitor.open('/portal/check'))).toContain('The connection test succeeded');
  await visitor.submit('/portal/finish');
  const between = await visitorOf(client.id, { intent: 'rotate' });
  await client.user('unseen@acme.example');
  await between.open('/portal/status');
  const later = await visitorOf(client.id);
  expect(textOf(await later.open('/portal/check'))).not.toContain('unseen@acme.example');
});

test('requests are recorded until the last setup session has ended', async () => {
  const client = await Client.connect('entra');
  const [first, second] = [await visitorOf(client.id), new Visitor()];
  const link = await linkTo(client.id);
  await second.openLink(link.url);
  await first.open('/portal/review');
  await first.submit('/portal/finish');
  await client.user('seen@acme.example');
  expect(textOf(await second.open('/portal/check'))).toContain('seen@acme.example');
  await admin('DELETE', `/connections/${client.id}/portalLinks/${link.id}`);
  await client.user('unseen@acme.example');
  const engine = openEngine(server.dynamodbEndpoint);
  try {
    const table = new Table(engine, server.tableName);
    const entries = await latestSetupEntries(table, client.id, 10, '');
    expect(entries.map(({ name }) => name)).toEqual(['seen@acme.example']);
  } finally {
    engine.close();
  }
});

async function recorded(id: string): Promise<readonly SetupEntry[]> {
  const engine = openEngine(server.dynamodbEndpoint);
  try {
    return await latestSetupEntries(new Table(engine, server.tableName), id, 10, '');
  } finally {
    engine.close();
  }
}

test('without a setup session, or after its end, nothing is recorded', async () => {
  const client = await Client.connect('entra');
  const other = await Client.connect('entra');
  await visitorOf(other.id);
  const wrong = { Authorization: 'Bearer no' };
  await send('GET', `${client.baseUrl}/Users`, wrong);
  await client.get('/Users');
  await server.advance(5 * 3600 + 1);
  await send('GET', `${other.baseUrl}/Users`, wrong);
  await other.get('/Users');
  expect([await recorded(client.id), await recorded(other.id)]).toEqual([[], []]);
});

test('a request with a wrong token leaves no name, and no request its user agent', async () => {
  const { id, baseUrl } = await Client.connect('entra');
  await visitorOf(id);
  const body = JSON.stringify({ userName: 'mallory@evil.example' });
  const headers = { Authorization: 'Bearer no', 'User-Agent': 'Mallory/1.0' };
  await send('POST', `${baseUrl}/Users`, headers, body);
  const [entry] = await recorded(id);
  expect(entry).toMatchObject({ status: 401, tokenProblem: 'foreignToken' });
  expect(entry).not.toHaveProperty('name');
  expect(JSON.stringify(entry)).not.toContain('Mallory');
});

test('verify knows the items of the portal', async () => {
  const client = await Client.connect('entra');
  await visitorOf(client.id);
  await client.get('/Users');
  const engine = openEngine(server.dynamodbEndpoint);
  const { findings } = await verify(new Table(engine, server.tableName));
  engine.close();
  expect(findings.filter(({ connection }) => connection === client.id)).toEqual([]);
});

test('a session that begins while another one ends is recorded', async () => {
  const client = await Client.connect('entra');
  for (let round = 0; round < 10; round += 1) {
    const ending = await visitorOf(client.id);
    await ending.open('/portal/review');
    const [, starting] = await Promise.all([ending.submit('/portal/finish'), visitorOf(client.id)]);
    await client.user(`round${round}@acme.example`);
    const live = textOf(await starting.open('/portal/check'));
    expect(live).toContain(`round${round}@acme.example`);
    await starting.submit('/portal/finish');
  }
});

test('the review shows the user that was changed last, not one that was only read', async () => {
  const client = await Client.connect('entra');
  const visitor = await visitorOf(client.id);
  const { id } = await client.user('first@acme.example');
  await client.user('second@acme.example');
  await client.get(`/Users/${String(id)}`);
  await send('PATCH', `${client.baseUrl}/Users/${String(id)}`, { Authorization: 'Bearer no' });
  expect(textOf(await visitor.open('/portal/review'))).toContain('second@acme.example');
});

test('what worked in an earlier session, or with an earlier token, does not count', async () => {
  const client = await Client.connect('entra');
  const visitor = await visitorOf(client.id);
  await client.user('ada@acme.example');
  expect(textOf(await visitor.open('/portal/check'))).toContain('A user was received');
  const later = await visitorOf(client.id);
  expect(textOf(await later.open('/portal/check'))).toContain('Waiting for the first request');
  await server.advance(1);
  await newToken(visitor);
  expect(textOf(await visitor.open('/portal/check'))).toContain('Waiting for the first request');
});

test('a connection that erases deleted users records no names', async () => {
  const client = await Client.connect('entra', { userDeletion: 'erase' });
  const visitor = await visitorOf(client.id);
  await client.user('ada@acme.example');
  const live = textOf(await visitor.open('/portal/check'));
  expect(live).toContain('Entra ID created a user.');
  expect(live).not.toContain('ada@acme.example');
});

test('after two minutes of silence it shows how the URL must look', async () => {
  const { id, baseUrl } = await Client.connect('entra');
  const visitor = await visitorOf(id);
  const { text } = await visitor.open('/portal/check');
  const [, live = ''] = /data-live="[^"]*(\/portal\/check\/live\?since=[^"]+)"/.exec(text) ?? [];
  expect(textOf(await visitor.open(live))).not.toContain('Nothing arrives');
  await server.advance(121);
  const silent = textOf(await visitor.open(live));
  expect(silent).toContain('Nothing arrives');
  expect(silent).toContain(baseUrl);
  const wrong = await send('GET', `${baseUrl.replace('/v2/', '/v3/')}/Users`);
  expect(silent).toContain(wrong.body.detail);
});
