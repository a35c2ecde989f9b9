import { admin, Client, type Body } from '../support/client';
import { operator } from '../support/operator';
import { startOwnServer, type OwnServer } from '../support/own-server';
import { textOf, Visitor } from '../support/visitor';

/** Access to the console: its one-time links and its sessions. */

let server: OwnServer;

beforeAll(async () => {
  server = await startOwnServer();
});

afterAll(() => server.stop());

test('npm start prints a link that opens the console once', async () => {
  const visitor = new Visitor();
  expect(textOf(await visitor.openLink(server.consoleUrl))).toContain('Connections');
  expect((await new Visitor().openLink(server.consoleUrl)).status).toBe(404);
  const [act] = (await admin('GET', '/audit')).body.acts as Body[];
  expect(act).toMatchObject({
    action: 'console.signIn',
    actor: expect.stringMatching(/^arn:aws:iam::\d+:user\/local$/),
  });
});

test('a link ends after ten minutes, a session after an hour without a request', async () => {
  const { body } = await admin('POST', '/consoleSessions');
  await server.advance(601);
  expect((await new Visitor().openLink(body.url as string)).status).toBe(404);
  const [idle, busy] = [await operator(), await operator()];
  for (let half = 0; half < 15; half += 1) {
    await server.advance(1800);
    expect(textOf(await busy.open('/console'))).toContain('Connections');
  }
  await server.advance(1801);
  for (const visitor of [idle, busy]) {
    expect(textOf(await visitor.open('/console'))).toContain('opens with a one-time link');
  }
});

test('signing out ends the session, also for someone who copied its cookie', async () => {
  const visitor = await operator();
  const copied = new Map(visitor.jar);
  await visitor.open('/console');
  await visitor.submit('/console/sign-out');
  for (const [name, value] of copied) visitor.jar.set(name, value);
  expect(textOf(await visitor.open('/console'))).toContain('opens with a one-time link');
});

test('without a session, no page shows anything and no form does anything', async () => {
  const { id } = await Client.connect('entra', { displayName: 'Secret Customer' });
  const own = `/console/connections/${id}`;
  const pages = ['users', 'groups', 'log', 'tokens', 'mapping', 'links', 'settings', 'audit'];
  for (const path of ['/console', own, ...pages.map((each) => `${own}/${each}`)]) {
    const reply = await new Visitor().open(path);
    expect(reply.text).not.toContain('Secret Customer');
  }
  // The form's token of the page before a session must not be enough.
  const visitor = new Visitor();
  const { body } = await admin('POST', '/consoleSessions');
  await visitor.open(body.url as string);
  for (const [path, fields] of [
    [`${own}/delete`, { id }],
    [`${own}/tokens`, { overlap: '0' }],
    ['/console/webhooks', { url: 'https://evil.example' }],
  ] as const) {
    await visitor.open(body.url as string);
    const reply = await visitor.submit(path, fields);
    expect(textOf(reply)).toContain('opens with a one-time link');
  }
  expect((await admin('GET', `/connections/${id}`)).status).toBe(200);
  expect((await admin('GET', '/webhooks')).body.webhooks).toEqual([]);
});
