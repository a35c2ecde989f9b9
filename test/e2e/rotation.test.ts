import { admin, Client, type Body } from '../support/client';
import { DAY, eventually, startOwnServer, type OwnServer } from '../support/own-server';

let server: OwnServer;

beforeAll(async () => {
  server = await startOwnServer();
});

afterAll(() => server.stop());

const status = async (client: Client, value = client.token): Promise<number> =>
  (await client.call('GET', '/Users', undefined, { Authorization: `Bearer ${value}` })).status;

const rotate = async (client: Client, body?: object): Promise<string> =>
  (await admin('POST', `/connections/${client.id}/tokens`, body)).body.value as string;

const tokens = async (client: Client): Promise<Body[]> =>
  (await admin('GET', `/connections/${client.id}/tokens`)).body as Body[];

test('with an overlap both tokens work until it is over, without one the old one ends at once', async () => {
  const client = await Client.connect('okta');
  const second = await rotate(client, { overlapSeconds: 60 });
  expect([await status(client), await status(client, second)]).toEqual([200, 200]);
  expect((await tokens(client)).map(({ state }) => state)).toEqual(['active', 'ending']);
  await server.advance(61);
  expect([await status(client), await status(client, second)]).toEqual([401, 200]);
  const third = await rotate(client);
  expect([await status(client, second), await status(client, third)]).toEqual([401, 200]);
});

test('a token ends when its days are over', async () => {
  const client = await Client.connect('generic', { tokenExpiresInDays: 1 });
  await server.advance(DAY - 60);
  expect(await status(client)).toBe(200);
  await server.advance(61);
  expect(await status(client)).toBe(401);
  expect((await tokens(client)).map(({ state }) => state)).toEqual(['expired']);
  expect(await status(client, await rotate(client))).toBe(200);
});

test('its use is written down once an hour', async () => {
  const client = await Client.connect('generic');
  const lastUsed = async (): Promise<string> => (await tokens(client))[0]?.lastUsedAt as string;
  await status(client);
  const first = await lastUsed();
  await server.advance(3500);
  await status(client);
  expect(await lastUsed()).toBe(first);
  await server.advance(200);
  await Promise.all(Array.from({ length: 8 }, () => status(client)));
  expect(Date.parse(await lastUsed()) - Date.parse(first)).toBeGreaterThanOrEqual(3_600_000);
});

test('on schedule a new token waits in the secret, recipients are told where, and the old one has its overlap', async () => {
  const recipients = ['admin@acme.example'];
  const client = await Client.connect('entra', {
    displayName: 'Acme & Söhne',
    failureMail: { recipients },
    rotation: { everyDays: 30, overlapDays: 5 },
  });
  await server.advance(29 * DAY);
  // Making the schedule tests the endpoint, and not with this token: it would look used.
  expect(await tokens(client)).toMatchObject([{ state: 'active', lastUsedAt: null }]);
  await server.advance(DAY + 60);
  const [next, earlier] = await tokens(client);
  expect([next.state, earlier.state, await status(client)]).toEqual(['active', 'ending', 200]);
  expect(Date.parse(earlier.expiresAt) - Date.parse(next.createdAt)).toBeLessThan(5.1 * DAY * 1000);

  const mails = await eventually(
    async () =>
      (await server.mails()).filter((mail) => mail.recipients.join() === recipients.join()),
    ({ length }) => length > 0,
  );
  expect(mails).toHaveLength(1);
  const [mail] = mails;
  expect(mail?.subject).toBe('A new SCIM token for Acme & Söhne waits to be pasted');
  const { secretName } = (await admin('GET', `/connections/${client.id}`)).body;
  expect(mail?.text).toContain(`get-secret-value --secret-id '${String(secretName)}'`);
  expect(mail?.text).toContain('Secret Token');
  expect(mail?.html).toContain('Acme &amp; Söhne');
  expect(`${mail?.text} ${mail?.html}`).not.toMatch(/scim_[a-z0-9-]+_[a-z0-9]{10}_/);

  await server.advance(5 * DAY);
  expect(await status(client)).toBe(401);
  const records = (await admin('GET', `/connections/${client.id}/audit`)).body.acts;
  expect(records[0]).toMatchObject({
    actor: 'secretsmanager.amazonaws.com',
    action: 'token.rotate',
  });
  // The next one comes by itself.
  await server.advance(25 * DAY);
  expect((await tokens(client))[0]?.id).not.toBe(next.id);
});

test('a schedule can be changed and ended', async () => {
  const client = await Client.connect('generic', { rotation: { everyDays: 10, overlapDays: 1 } });
  await admin('PATCH', `/connections/${client.id}`, { rotation: { everyDays: 20 } });
  await server.advance(15 * DAY);
  expect(await tokens(client)).toHaveLength(1);
  await admin('PATCH', `/connections/${client.id}`, { rotation: null });
  await server.advance(30 * DAY);
  expect(await tokens(client)).toHaveLength(1);
  expect(await status(client)).toBe(200);
});

test('other changes leave the schedule alone', async () => {
  const client = await Client.connect('generic', { rotation: { everyDays: 10, overlapDays: 1 } });
  for (const displayName of ['One', 'Two']) {
    await server.advance(4.9 * DAY);
    await admin('PATCH', `/connections/${client.id}`, { displayName });
  }
  await server.advance(0.3 * DAY);
  expect((await tokens(client)).map(({ state }) => state)).toEqual(['active', 'ending']);
});

test('a schedule that would come too late for the token begins with a rotation', async () => {
  const recipients = ['late@rotation.example'];
  const client = await Client.connect('generic', {
    tokenExpiresInDays: 20,
    failureMail: { recipients },
  });
  await server.advance(17 * DAY);
  await admin('PATCH', `/connections/${client.id}`, {
    rotation: { everyDays: 10, overlapDays: 5 },
  });
  const [, earlier] = await eventually(
    () => tokens(client),
    (list) => list.length === 2,
  );
  const mails = await eventually(
    async () =>
      (await server.mails()).filter((mail) => mail.recipients.join() === recipients.join()),
    (list) => list.some(({ subject }) => subject.startsWith('A new SCIM token')),
  );
  // It ends when it would have ended anyway, before the overlap does.
  expect(mails.at(-1)?.text).toContain(`works until ${String(earlier.expiresAt).slice(0, 10)}`);
  const short = await admin('POST', `/connections/${client.id}/tokens`, { expiresInDays: 14 });
  expect([short.status, short.body.errors[0].pointer]).toEqual([400, '/expiresInDays']);
});

test('a disabled connection is rotated all the same, and its recipients are told', async () => {
  const recipients = ['disabled@rotation.example'];
  const client = await Client.connect('generic', {
    rotation: { everyDays: 10, overlapDays: 1 },
    failureMail: { recipients },
  });
  await admin('PATCH', `/connections/${client.id}`, { enabled: false });
  await server.advance(10 * DAY + 60);
  expect((await tokens(client)).map(({ state }) => state)).toEqual(['active', 'ending']);
  await eventually(
    async () =>
      (await server.mails()).filter((mail) => mail.recipients.join() === recipients.join()),
    ({ length }) => length === 1,
  );
  const value = await rotate(client);
  await admin('PATCH', `/connections/${client.id}`, { enabled: true });
  expect(await status(client, value)).toBe(200);
});

test('a connection without a secret rotates on demand', async () => {
  const client = await Client.connect('generic', { secret: false });
  expect((await admin('GET', `/connections/${client.id}`)).body).not.toHaveProperty('secretName');
  const value = await rotate(client, { overlapSeconds: 60 });
  expect([await status(client), await status(client, value)]).toEqual([200, 200]);
  expect((await admin('DELETE', `/connections/${client.id}`)).status).toBe(202);
});

test('recipients are told 60, 30, 7 and 1 days before a token ends and on the day, once each', async () => {
  const recipients = ['ops@expiry.example', 'it@expiry.example'];
  // At noon, so that the day of the end begins half a day before the end.
  const { now } = (await (await fetch(server.mailboxUrl.replace(/mailbox$/, 'clock'))).json()) as {
    now: string;
  };
  await server.advance((1.5 * DAY - ((Date.parse(now) / 1000) % DAY)) % DAY || DAY);
  const client = await Client.connect('okta', {
    displayName: 'Expiring',
    failureMail: { recipients },
    tokenExpiresInDays: 90,
  });
  const told = async (): Promise<string[]> =>
    (await server.mails())
      .filter((mail) => mail.recipients.join() === recipients.join())
      .map(({ subject }) => subject.replace('SCIM token of Expiring expires ', ''));
  const expected: string[] = [];
  for (const [days, ...subjects] of [
    [29],
    [1.5, 'in 60 days'],
    [29, 'in 30 days'],
    [1],
    [22.5, 'in 7 days'],
    [4.85, 'in a day'],
    [0.25, 'today'],
    [5],
  ] as const) {
    await server.advance(days * DAY);
    expected.push(...subjects);
    expect(await eventually(told, ({ length }) => length >= expected.length)).toEqual(expected);
    // The schedule comes again, and tells nothing twice.
    await server.advance(6 * 3600);
    expect(await told()).toEqual(expected);
  }
  const [mail] = (await server.mails()).filter(({ subject }) => subject.includes('Expiring'));
  expect(mail?.text).toContain(`/connections/${client.id}/tokens`);
  expect(mail?.text).toContain('Okta');
  expect(mail?.text).not.toContain(client.token.slice(-20));
});

test('the end of a token with scopes is told as what it is', async () => {
  const recipients = ['scoped@expiry.example'];
  const client = await Client.connect('okta', { failureMail: { recipients } });
  const body = { scopes: ['users:read'], expiresInDays: 8 };
  const { id } = (await admin('POST', `/connections/${client.id}/tokens`, body)).body as {
    id: string;
  };
  await server.advance(2 * DAY);
  const [mail] = await eventually(
    async () =>
      (await server.mails()).filter((each) => each.recipients.join() === recipients.join()),
    ({ length }) => length > 0,
  );
  expect(mail?.subject).toBe(`SCIM token ${id} of Test expires in 7 days`);
  expect(mail?.text).toContain('{"scopes":["users:read"]}');
  expect(mail?.text).not.toContain('overlapSeconds');
});

test('nobody is told of a token that a rotation has put an end to, nor for a connection that is disabled', async () => {
  const to = (name: string) => ({ failureMail: { recipients: [name] }, tokenExpiresInDays: 40 });
  const replaced = await Client.connect('generic', to('replaced@x.example'));
  const disabled = await Client.connect('generic', to('disabled@x.example'));
  await rotate(replaced, { overlapSeconds: 20 * DAY, expiresInDays: 3000 });
  await admin('PATCH', `/connections/${disabled.id}`, { enabled: false });
  for (const days of [12, 6, 15, 6]) await server.advance(days * DAY);
  const recipients = (await server.mails()).flatMap((mail) => mail.recipients);
  expect(recipients).not.toEqual(expect.arrayContaining(['replaced@x.example']));
  expect(recipients).not.toEqual(expect.arrayContaining(['disabled@x.example']));
});

test('the mailbox shows them as a page, too', async () => {
  const page = await fetch(server.mailboxUrl);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('<h2>');
});

test('the clock moves ahead only', async () => {
  const clock = server.mailboxUrl.replace(/mailbox$/, 'clock');
  for (const body of ['{"advanceSeconds": -1}', '{}', 'x']) {
    expect((await fetch(clock, { method: 'POST', body })).status).toBe(400);
  }
  const { now } = (await (await fetch(clock)).json()) as { now: string };
  expect(Date.parse(now)).toBeGreaterThan(Date.now() + 100 * DAY * 1000);
});
