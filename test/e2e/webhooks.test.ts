import { admin, Client, expectProblem, type Body } from '../support/client';
import { eventsOf, untilEvents } from '../support/events';
import { DAY, eventually, startOwnServer, type OwnServer } from '../support/own-server';
import { isSignedWith, WebhookReceiver } from '../support/webhook-receiver';

let server: OwnServer;
const receivers: WebhookReceiver[] = [];

beforeAll(async () => {
  server = await startOwnServer('--failure-mail-to', 'ops@acme.example');
});

afterAll(async () => {
  await server.stop();
  for (const receiver of receivers) await receiver.stop();
});

/** The log can still get the event of the connection when the endpoint is registered. */
const TYPES = ['user.created', 'user.updated', 'user.deleted'];

/** Registers an endpoint on this machine. */
async function endpoint(
  settings: object = {},
): Promise<{ readonly receiver: WebhookReceiver; readonly id: string; readonly secret: string }> {
  const receiver = await WebhookReceiver.start();
  receivers.push(receiver);
  const { status, body, text } = await admin('POST', '/webhooks', {
    url: receiver.url,
    types: TYPES,
    ...settings,
  });
  if (status !== 201) throw new Error(text);
  return { receiver, id: body.id as string, secret: body.secret as string };
}

const until = (receiver: WebhookReceiver, number: number): Promise<readonly Body[]> =>
  eventually(
    () => Promise.resolve(receiver.events),
    (events) => events.length >= number,
  );

const deliveries = async (id: string, query = ''): Promise<Body[]> =>
  (await admin('GET', `/webhooks/${id}/deliveries${query}`)).body.deliveries as Body[];

/** Returns the deliveries once there are this many: an attempt is recorded after its answer. */
const recorded = (id: string, number: number): Promise<Body[]> =>
  eventually(
    () => deliveries(id),
    (found) => found.length >= number,
  );

test('an endpoint gets the events it asks for, signed, with the envelope as body', async () => {
  const client = await Client.connect('okta');
  const other = await Client.connect('okta');
  const { receiver, id, secret } = await endpoint({
    types: ['user.created', 'user.deleted'],
    connections: [client.id],
    description: 'accounts',
  });
  await other.user('other@acme.example');
  const user = await client.user('ann@acme.example');
  await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'title', value: 'Dr' });
  await client.delete(`/Users/${user.id}`);
  const events = await until(receiver, 2);
  expect(events.map(({ type }) => type as string)).toEqual(['user.created', 'user.deleted']);
  const logged = (await eventsOf(client.id)).find(({ type }) => type === 'user.created');
  expect(events[0]).toEqual({ ...logged, timestamp: logged.time });
  for (const received of receiver.received) {
    expect(received.headers['webhook-id']).toBe(received.event.id);
    expect(isSignedWith(secret, received)).toBe(true);
    expect(isSignedWith('whsec_c2VjcmV0', received)).toBe(false);
  }
  expect(await recorded(id, 2)).toMatchObject([
    { type: 'user.deleted', status: 'succeeded', statusCode: 200, attempt: 1, answer: 'ok' },
    { type: 'user.created', status: 'succeeded', subject: `Users/${user.id}` },
  ]);
  const { body } = await admin('GET', `/webhooks/${id}`);
  expect(body).toMatchObject({ id, enabled: true, description: 'accounts' });
  expect(JSON.stringify(body)).not.toContain('whsec_');
});

test('during a rotation both secrets sign, and afterwards only the new one', async () => {
  const client = await Client.connect('okta');
  const { receiver, id, secret } = await endpoint({ connections: [client.id] });
  const { body } = await admin('POST', `/webhooks/${id}/secret`, { overlapSeconds: 600 });
  await client.user('ann@acme.example');
  await until(receiver, 1);
  const [during] = receiver.received;
  expect(during?.headers['webhook-signature']?.toString().split(' ')).toHaveLength(2);
  for (const each of [secret, body.secret as string]) {
    expect(during !== undefined && isSignedWith(each, during)).toBe(true);
  }
  const last = (await admin('POST', `/webhooks/${id}/secret`, { overlapSeconds: 0 })).body.secret;
  await client.user('bob@acme.example');
  await until(receiver, 2);
  const [, after] = receiver.received;
  expect(after !== undefined && isSignedWith(last as string, after)).toBe(true);
  expect(after !== undefined && isSignedWith(body.secret as string, after)).toBe(false);
});

test('a failing event parks its own subject only, and is attempted again after 5 s', async () => {
  const client = await Client.connect('okta');
  const { receiver, id } = await endpoint({ connections: [client.id] });
  let isUp = false;
  receiver.react = ({ data }) => (data.user.userName === 'ann@acme.example' && !isUp ? 500 : 200);
  const ann = await client.user('ann@acme.example');
  await client.patch(`/Users/${ann.id}`, { op: 'replace', path: 'title', value: 'Dr' });
  await client.user('bob@acme.example');
  await eventually(
    () => Promise.resolve(receiver.events),
    (events) => events.some(({ data }) => data.user.userName === 'bob@acme.example'),
  );
  isUp = true;
  const ofAnn = (): Body[] =>
    receiver.events.filter(({ subject }) => subject === `Users/${ann.id}`);
  await eventually(
    () => Promise.resolve(ofAnn()),
    (events) => events.length === 3,
  );
  expect(ofAnn().map(({ data }) => data.sequence as number)).toEqual([1, 1, 2]);
  expect(ofAnn()[0].id).toBe(ofAnn()[1].id);
  const [failed] = await deliveries(id, '?status=failed');
  expect(failed).toMatchObject({ statusCode: 500, attempt: 1, answer: 'no: 500' });
  expect(Date.parse(failed.nextAttemptAt as string)).toBeGreaterThan(
    Date.parse(failed.at as string),
  );
});

test('an endpoint that is down for an hour gets everything, in order per subject', async () => {
  const client = await Client.connect('okta');
  const { receiver } = await endpoint({ connections: [client.id] });
  receiver.react = () => 503;
  const users = await client.users(130, (index) => `u${index}@acme.example`);
  await untilEvents(client.id, 131);
  for (let minutes = 0; minutes < 60; minutes += 20) {
    await server.advance(1200);
    const { id } = users[minutes] as { id: string };
    await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: `At ${minutes}` });
  }
  const attempts = receiver.received.length;
  receiver.react = () => 200;
  const accepted = (): readonly Body[] => receiver.events.slice(attempts);
  for (let minutes = 0; minutes < 240 && accepted().length < 133; minutes += 20) {
    await server.advance(1200);
  }
  expect(new Set(accepted().map(({ id }) => id as string)).size).toBe(133);
  for (const { id } of users) {
    const ofUser = accepted().filter(({ subject }) => subject === `Users/${id}`);
    const sequences = ofUser.map(({ data }) => data.sequence as number);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  }
}, 120_000);

test('410 disables an endpoint; enabled again, it gets what it has missed', async () => {
  const client = await Client.connect('okta');
  const { receiver, id } = await endpoint({ connections: [client.id] });
  receiver.react = () => 410;
  await client.user('ann@acme.example');
  await eventually(
    async () => (await admin('GET', `/webhooks/${id}`)).body,
    ({ enabled }) => enabled === false,
  );
  expect((await admin('GET', `/webhooks/${id}`)).body.disabledReason).toBe('gone');
  await client.user('bob@acme.example');
  await untilEvents(client.id, 3);
  const mails = await server.mails();
  expect(mails.filter(({ subject }) => subject.includes('is disabled'))).toHaveLength(1);
  receiver.react = () => 200;
  await admin('PATCH', `/webhooks/${id}`, { enabled: true });
  await server.advance(400);
  await eventually(
    () => Promise.resolve(receiver.events.slice(1).map(({ data }) => data.user.userName as string)),
    (names) => names.includes('ann@acme.example') && names.includes('bob@acme.example'),
  );
});

test('after the last attempt an event is given up, and five days of failures disable', async () => {
  const client = await Client.connect('okta');
  const { receiver, id } = await endpoint({ connections: [client.id] });
  receiver.react = () => 500;
  await client.user('ann@acme.example');
  await until(receiver, 1);
  let attempts = await deliveries(id, '?status=failed');
  // How many attempts are due within a step depends on the jitter of the delays.
  for (let hours = 0; hours < 116 && attempts.length < 10; hours += 4) {
    await server.advance(4 * 3600);
    attempts = await deliveries(id, '?status=failed');
  }
  expect(attempts.map(({ attempt }) => attempt as number)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect(attempts[0].nextAttemptAt).toBeUndefined();
  const failures = (await server.metrics()).find(({ name }) => name === 'FailedWebhooks');
  expect(failures?.sum).toBeGreaterThanOrEqual(1);
  await server.advance(2 * DAY);
  await client.user('bob@acme.example');
  await eventually(
    async () => (await admin('GET', `/webhooks/${id}`)).body,
    ({ disabledReason }) => disabledReason === 'failing',
  );
  const subjects = (await server.mails()).map(({ subject }) => subject);
  expect(
    subjects.filter((subject) => subject.includes('does not accept events')).length,
  ).toBeGreaterThan(0);
  expect(subjects.filter((subject) => subject.includes('failing for a day'))).toHaveLength(1);
  expect(subjects.filter((subject) => subject.includes('is disabled')).length).toBeGreaterThan(0);
  // An operator sends the event again by hand.
  const before = receiver.received.length;
  receiver.react = () => 200;
  await admin('PATCH', `/webhooks/${id}`, { enabled: true });
  await admin('POST', `/webhooks/${id}/deliveries/${attempts[0].eventId}/resend`);
  await server.advance(120);
  await eventually(
    () => Promise.resolve(receiver.events.slice(before).map((event) => event.id as string)),
    (ids) => ids.includes(attempts[0].eventId as string),
  );
}, 120_000);

test('Retry-After is honored', async () => {
  const client = await Client.connect('okta');
  const { receiver, id } = await endpoint({ connections: [client.id] });
  receiver.react = () => [503, { 'Retry-After': '7200' }];
  await client.user('ann@acme.example');
  await until(receiver, 1);
  const [failed] = await recorded(id, 1);
  const wait = Date.parse(failed.nextAttemptAt as string) - Date.parse(failed.at as string);
  expect(wait).toBeGreaterThanOrEqual(7_199_000);
});

test('redirects are failures', async () => {
  const client = await Client.connect('okta');
  const { receiver, id } = await endpoint({ connections: [client.id] });
  receiver.react = () => [302, { Location: receiver.url }];
  await client.user('ann@acme.example');
  await until(receiver, 1);
  expect((await recorded(id, 1))[0]).toMatchObject({ status: 'failed', statusCode: 302 });
});

test('a test event, a replay and an erased answer', async () => {
  const client = await Client.connect('okta', { userDeletion: 'erase' });
  const { receiver, id, secret } = await endpoint({ connections: [client.id] });
  const { body: sent } = await admin('POST', `/webhooks/${id}/test`);
  const [first] = await until(receiver, 1);
  expect(first).toMatchObject({ type: 'webhook.test', id: sent.eventId });
  expect(receiver.received.every((received) => isSignedWith(secret, received))).toBe(true);
  const { id: userId } = await client.user('ann@acme.example');
  const [, created] = await until(receiver, 2);
  await server.advance(600);
  const reply = await admin('POST', `/webhooks/${id}/replay`, { after: created.id });
  expect(reply.status).toBe(202);
  const again = (): number => receiver.events.filter((event) => event.id === created.id).length;
  await eventually(
    () => Promise.resolve(again()),
    (number) => number >= 2,
  );
  expect((await deliveries(id)).some(({ answer }) => answer === 'ok')).toBe(true);
  await client.delete(`/Users/${userId}`);
  await eventually(
    async () => (await deliveries(id)).filter(({ subject }) => subject === `Users/${userId}`),
    (found) => found.length >= 3 && found.slice(1).every(({ answer }) => answer === undefined),
  );
});

test.each([
  ['http://app.example.com/', /https/],
  ['https://app.example.com:8443/', /port/],
  ['https://10.0.0.1/', /public/],
  ['https://[::ffff:169.254.169.254]/', /public/],
  ['https://user:pass@app.example.com/', /password/],
  ['https://metadata.internal/', /public/],
  ['nonsense', /URL/],
])('the URL %s is refused', async (url, detail) => {
  const reply = await admin('POST', '/webhooks', { url });
  expectProblem(reply, 400);
  expect(reply.body.errors).toEqual([{ pointer: '/url', detail: expect.stringMatching(detail) }]);
});

test('acts on webhooks are in the audit log of the deployment', async () => {
  const { id } = await endpoint({ connections: ['none'] });
  await admin('PATCH', `/webhooks/${id}`, { description: 'changed' });
  expect((await admin('DELETE', `/webhooks/${id}`)).status).toBe(204);
  expectProblem(await admin('GET', `/webhooks/${id}`), 404);
  const { body } = await admin('GET', '/audit?limit=3');
  expect(body.acts.map(({ action }: Body) => action as string)).toEqual([
    'webhook.delete',
    'webhook.update',
    'webhook.create',
  ]);
  expect(JSON.stringify(body)).not.toContain('whsec_');
});
