import { admin, Client, type Body } from '../support/client';
import { eventually, startOwnServer, type OwnServer } from '../support/own-server';
import { TokenReceiver, type ReceivedToken } from '../support/token-receiver';

let server: OwnServer;
const receivers: TokenReceiver[] = [];

beforeAll(async () => {
  server = await startOwnServer('--failure-mail-to', 'ops@acme.example');
});

afterAll(async () => {
  await server.stop();
  for (const receiver of receivers) await receiver.stop();
});

async function pushed(
  client: Client,
  settings: object = {},
): Promise<{ readonly receiver: TokenReceiver; readonly stream: Body }> {
  const receiver = await TokenReceiver.start();
  receivers.push(receiver);
  const { status, body, text } = await admin('POST', `/connections/${client.id}/streams`, {
    delivery: 'push',
    url: receiver.url,
    ...settings,
  });
  if (status !== 201) throw new Error(text);
  return { receiver, stream: body };
}

/** Returns the tokens once this many have arrived. */
const until = (receiver: TokenReceiver, number: number): Promise<readonly ReceivedToken[]> =>
  eventually(
    () => Promise.resolve([...receiver.received]),
    (tokens) => tokens.length >= number,
  );

const namesIn = ({ claims }: ReceivedToken): string[] =>
  Object.keys(claims['events'] as object).map((uri) => uri.split(':').slice(5).join(':'));

test('tokens are pushed as RFC 8935 says, in the order of their resource', async () => {
  const client = await Client.connect('okta');
  const { receiver } = await pushed(client, { audience: 'https://hr.example' });
  const user = await client.user('ann@acme.example');
  await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'title', value: 'Dr' });
  await client.delete(`/Users/${user.id}`);
  const tokens = await until(receiver, 3);
  expect(tokens.map(namesIn)).toEqual([
    ['prov:create:notice'],
    ['prov:patch:notice'],
    ['prov:delete'],
  ]);
  for (const { headers, claims } of tokens) {
    expect(headers['content-type']).toBe('application/secevent+jwt');
    expect(headers.accept).toBe('application/json');
    expect(claims['aud']).toBe('https://hr.example');
  }
});

test('a token whose answer is lost comes again with the same id', async () => {
  const client = await Client.connect('okta');
  const { receiver } = await pushed(client);
  receiver.react = () => (receiver.received.length === 1 ? 'lost' : 202);
  await client.user('bob@acme.example');
  const [first, second] = await until(receiver, 2);
  expect(second?.claims['jti']).toBe(first?.claims['jti']);
  expect(second?.claims['txn']).toBe(first?.claims['txn']);
});

test('a receiver that is down for an hour gets everything, by resource in order', async () => {
  const client = await Client.connect('okta');
  const { receiver, stream } = await pushed(client);
  receiver.react = () => 503;
  const users = await client.users(5, (index) => `down${index}@acme.example`);
  for (const { id } of users) {
    await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Dr' });
  }
  await until(receiver, 5);
  await server.advance(3600);
  receiver.react = () => 202;
  receiver.received.length = 0;
  for (let hours = 0; hours < 4; hours += 1) await server.advance(3600);
  const tokens = await until(receiver, 10);
  for (const { id } of users) {
    const own = tokens.filter(
      ({ claims }) => (claims['sub_id'] as { uri: string }).uri === `/Users/${id}`,
    );
    expect(own.map(namesIn)).toEqual([['prov:create:notice'], ['prov:patch:notice']]);
  }
  const { body } = await admin('GET', `/streams/${stream.id}`);
  expect(body).toMatchObject({ enabled: true });
  expect(body).not.toHaveProperty('failingSince');
});

test('a token that is refused for good is not sent again, and the next one is', async () => {
  const client = await Client.connect('okta');
  const { receiver } = await pushed(client);
  receiver.react = () => [400, { err: 'invalid_key' }];
  const other = await client.user('key@acme.example');
  await until(receiver, 1);
  receiver.react = () => 202;
  // An error about a key can pass: the token comes again.
  await until(receiver, 2);
  await client.delete(`/Users/${other.id}`);
  await until(receiver, 3);
  receiver.received.length = 0;
  receiver.react = () => [400, { err: 'invalid_request', description: 'unknown user' }];
  const user = await client.user('eve@acme.example');
  await until(receiver, 1);
  receiver.react = () => 202;
  await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'title', value: 'Dr' });
  await until(receiver, 2);
  await server.advance(3600);
  expect(receiver.received.map(namesIn)).toEqual([['prov:create:notice'], ['prov:patch:notice']]);
});

test('only 202 accepts a token, 400 alone is repeated, and 410 ends the stream', async () => {
  const client = await Client.connect('okta');
  const { receiver, stream } = await pushed(client);
  receiver.react = () => 200;
  await client.user('old@acme.example');
  await until(receiver, 1);
  receiver.react = () => 400;
  await until(receiver, 2);
  receiver.react = () => 410;
  await server.advance(600);
  await until(receiver, 3);
  const ids = new Set(receiver.received.map(({ claims }) => claims['jti']));
  expect(ids.size).toBe(1);
  const { body } = await eventually(
    () => admin('GET', `/streams/${stream.id}`),
    ({ body: { enabled } }) => enabled === false,
  );
  expect(body).toMatchObject({ enabled: false, disabledReason: 'gone' });
});

test('operators see what a receiver answered, and send tokens again with the same id', async () => {
  const client = await Client.connect('okta');
  const { receiver, stream } = await pushed(client);
  receiver.react = () => [400, { err: 'invalid_request', description: 'not yet' }];
  await client.user('again@acme.example');
  const [first] = await until(receiver, 1);
  receiver.react = () => 202;
  const { body } = await eventually(
    () => admin('GET', `/streams/${stream.id}/deliveries?status=failed`),
    (reply) => reply.body.deliveries.length > 0,
  );
  const [delivery] = body.deliveries as Body[];
  expect(delivery).toMatchObject({ type: 'user.created', statusCode: 400 });
  expect(delivery.answer).toContain('not yet');
  const path = `/streams/${stream.id}/deliveries/${delivery.eventId}/resend`;
  expect((await admin('POST', path)).status).toBe(202);
  const [, second] = await until(receiver, 2);
  expect(second?.claims['jti']).toBe(first?.claims['jti']);
  await admin('PATCH', `/streams/${stream.id}`, { mode: 'full', audience: 'https://new.example' });
  const replayed = await admin('POST', `/streams/${stream.id}/replay`, { after: delivery.eventId });
  expect(replayed.status).toBe(202);
  const [, , third] = await until(receiver, 3);
  expect(third?.claims).toMatchObject({ jti: first?.claims['jti'], aud: 'https://new.example' });
  expect(third === undefined ? [] : namesIn(third)).toEqual(['prov:create:full']);
});

test('a deleted connection takes its streams with it', async () => {
  const client = await Client.connect('okta');
  const { stream } = await pushed(client);
  expect((await admin('DELETE', `/connections/${client.id}`)).status).toBe(202);
  await server.advance(600);
  const { status } = await eventually(
    () => admin('GET', `/streams/${stream.id}`),
    (reply) => reply.status === 404,
  );
  expect(status).toBe(404);
});
