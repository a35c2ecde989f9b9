import { admin, Client, type Body } from '../support/client';
import { DAY, eventually, startOwnServer, type Mail, type OwnServer } from '../support/own-server';

let server: OwnServer;

beforeAll(async () => {
  server = await startOwnServer();
});

afterAll(() => server.stop());

const status = async (client: Client, value = client.token): Promise<number> =>
  (await client.call('GET', '/Users', undefined, { Authorization: `Bearer ${value}` })).status;

const mailsTo = async (...recipients: readonly string[]): Promise<readonly Mail[]> =>
  (await server.mails()).filter((mail) => mail.recipients.join() === recipients.join());

const rotate = async (client: Client, body?: object): Promise<string> =>
  (await admin('POST', `/connections/${client.id}/tokens`, body)).body.value as string;

const tokens = async (client: Client): Promise<Body[]> =>
  (await admin('GET', `/connections/${client.id}/tokens`)).body as Body[];

test('both tokens work during an overlap; without one, the old token ends at once', async () => {
  const client = await Client.connect('okta');
  const second = await rotate(client, { overlapSeconds: 60 });
  expect([await status(client), await status(client, second)]).toEqual([200, 200]);
  expect((await tokens(client)).map(({ state }) => state)).toEqual(['active', 'ending']);
  await server.advance(61);
  expect([await status(client), await status(client, second)]).toEqual([401, 200]);
  const third = await rotate(client);
  expect([await status(client, second), await status(client, third)]).toEqual([401, 200]);
});

test('a token expires after tokenExpiresInDays', async () => {
  const client = await Client.connect('generic', { tokenExpiresInDays: 1 });
  await server.advance(DAY - 60);
  expect(await status(client)).toBe(200);
  await server.advance(61);
  expect(await status(client)).toBe(401);
  expect((await tokens(client)).map(({ state }) => state)).toEqual(['expired']);
  expect(await status(client, await rotate(client))).toBe(200);
});

test('the last use of a token is recorded at most once an hour', async () => {
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

test('a scheduled rotation stores a new token in the secret and mails the recipients', async () => {
  const recipients = ['admin@acme.example'];
  const client = await Client.connect('entra', {
    displayName: 'Acme & Söhne',
    failureMail: { recipients },
    rotation: { everyDays: 30, overlapDays: 5 },
  });
  await server.advance(29 * DAY);
  // Creating the schedule tests the endpoint, but not with this token: it would look used.
  expect(await tokens(client)).toMatchObject([{ state: 'active', lastUsedAt: null }]);
  await server.advance(DAY + 60);
  const [next, earlier] = await tokens(client);
  expect([next.state, earlier.state, await status(client)]).toEqual(['active', 'ending', 200]);
  expect(Date.parse(earlier.expiresAt) - Date.parse(next.createdAt)).toBeLessThan(5.1 * DAY * 1000);

  const mails = await mailsTo(...recipients);
  expect(mails).toHaveLength(1);
  const [mail] = mails;
  expect(mail?.subject).toBe('New SCIM token for Acme & Söhne: paste it into Entra ID');
  expect(mail?.text).toContain('Ask the operators of this service for the new token.');
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
  // The next rotation follows on schedule.
  await server.advance(25 * DAY);
  expect((await tokens(client))[0]?.id).not.toBe(next.id);
});

test('recipients learn of a rotation that the identity provider does not follow', async () => {
  const recipients = ['late@acme.example'];
  const client = await Client.connect('entra', {
    displayName: 'Late',
    failureMail: { recipients },
    rotation: { everyDays: 30, overlapDays: 10 },
  });
  const unused = async (): Promise<unknown> =>
    (await admin('GET', `/connections/${client.id}`)).body.unusedToken;
  await server.advance(30 * DAY + 60);
  expect(await unused()).toBeUndefined();
  // The identity provider goes on with the earlier token.
  for (let day = 0; day < 10; day += 1) {
    await server.advance(DAY - 60);
    await status(client);
  }
  const [next, earlier] = await tokens(client);
  expect(await unused()).toEqual({
    id: next.id,
    createdAt: next.createdAt,
    usedInstead: earlier.id,
    endsAt: earlier.expiresAt,
  });
  const subjects = (await mailsTo(...recipients)).map(({ subject }) => subject);
  expect(subjects).toEqual([
    'New SCIM token for Late: paste it into Entra ID',
    ...Array<string>(3).fill(
      `SCIM token of Late: the one in use ends on ${earlier.expiresAt.slice(0, 10)} ` +
        `${earlier.expiresAt.slice(11, 16)} UTC`,
    ),
  ]);
});

test('a rotation schedule can be changed and removed', async () => {
  const client = await Client.connect('generic', { rotation: { everyDays: 10, overlapDays: 1 } });
  await admin('PATCH', `/connections/${client.id}`, { rotation: { everyDays: 20 } });
  await server.advance(15 * DAY);
  expect(await tokens(client)).toHaveLength(1);
  await admin('PATCH', `/connections/${client.id}`, { rotation: null });
  await server.advance(30 * DAY);
  expect(await tokens(client)).toHaveLength(1);
  expect(await status(client)).toBe(200);
});

test('changes of other settings do not delay the rotation', async () => {
  const client = await Client.connect('generic', { rotation: { everyDays: 10, overlapDays: 1 } });
  for (const displayName of ['One', 'Two']) {
    await server.advance(4.9 * DAY);
    await admin('PATCH', `/connections/${client.id}`, { displayName });
  }
  await server.advance(0.3 * DAY);
  expect((await tokens(client)).map(({ state }) => state)).toEqual(['active', 'ending']);
});

test('a new schedule rotates immediately if the token would expire too early', async () => {
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
    // The last step of the rotation: the clock must not advance while its function runs.
    ([, older]) => older?.state === 'ending',
  );
  const mails = await mailsTo(...recipients);
  const mail = mails.find(({ subject }) => subject.startsWith('New SCIM token'));
  // The token keeps its expiry, which comes before the end of the overlap.
  expect(mail?.text).toContain(`works until ${String(earlier.expiresAt).slice(0, 10)}`);
  const short = await admin('POST', `/connections/${client.id}/tokens`, { expiresInDays: 14 });
  expect([short.status, short.body.errors[0].pointer]).toEqual([400, '/expiresInDays']);
});

test('a disabled connection is rotated, too, and its recipients are notified', async () => {
  const recipients = ['disabled@rotation.example'];
  const client = await Client.connect('generic', {
    rotation: { everyDays: 10, overlapDays: 1 },
    failureMail: { recipients },
  });
  await admin('PATCH', `/connections/${client.id}`, { enabled: false });
  await server.advance(10 * DAY + 60);
  expect((await tokens(client)).map(({ state }) => state)).toEqual(['active', 'ending']);
  expect(await mailsTo(...recipients)).toHaveLength(1);
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

test('reminders are sent once: 60, 30, 7 and 1 days before the expiry and on the day', async () => {
  const recipients = ['ops@expiry.example', 'it@expiry.example'];
  // Starts at noon, so that the day of the expiry begins half a day before the expiry.
  const { now } = (await (await fetch(server.mailboxUrl.replace(/mailbox$/, 'clock'))).json()) as {
    now: string;
  };
  await server.advance((1.5 * DAY - ((Date.parse(now) / 1000) % DAY)) % DAY || DAY);
  const client = await Client.connect('okta', {
    displayName: 'Expiring',
    failureMail: { recipients },
    tokenExpiresInDays: 90,
  });
  const reminders = async (): Promise<string[]> =>
    (await mailsTo(...recipients)).map(({ subject }) =>
      subject.replace('SCIM token of Expiring expires ', ''),
    );
  const expected: string[] = [];
  for (const [days, ...subjects] of [
    [29],
    [1.5, 'in 60 days'],
    [29, 'in 30 days'],
    [1],
    [22.5, 'in 7 days'],
    [4.85, 'in 1 day'],
    [0.25, 'today'],
    [5],
  ] as const) {
    await server.advance(days * DAY);
    expected.push(...subjects);
    expect(await reminders()).toEqual(expected);
    // Later runs of the schedule repeat no reminder.
    await server.advance(6 * 3600);
    expect(await reminders()).toEqual(expected);
  }
  const [mail] = (await server.mails()).filter(({ subject }) => subject.includes('Expiring'));
  expect(mail?.text).toContain('Ask the operators of this service for a new token.');
  expect(mail?.text).toContain('Okta');
  expect(mail?.text).not.toContain(client.token.slice(-20));
}, 120_000);

test('the reminder for a token with scopes names the token and its scopes', async () => {
  const recipients = ['scoped@expiry.example'];
  const client = await Client.connect('okta', { failureMail: { recipients } });
  const body = { scopes: ['users:read'], expiresInDays: 8 };
  const { id } = (await admin('POST', `/connections/${client.id}/tokens`, body)).body as {
    id: string;
  };
  await server.advance(2 * DAY);
  const [mail] = await mailsTo(...recipients);
  expect(mail?.subject).toBe(`SCIM token ${id} of Test expires in 7 days`);
  expect(mail?.text).toContain('with the scopes users:read');
});

test('replaced tokens and disabled connections cause no reminders', async () => {
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

test('the mailbox also shows the mails as an HTML page', async () => {
  const page = await fetch(server.mailboxUrl);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('<h2>');
});

test('the clock only moves forward', async () => {
  const clock = server.mailboxUrl.replace(/mailbox$/, 'clock');
  for (const body of ['{"advanceSeconds": -1}', '{}', 'x']) {
    expect((await fetch(clock, { method: 'POST', body })).status).toBe(400);
  }
  const { now } = (await (await fetch(clock)).json()) as { now: string };
  expect(Date.parse(now)).toBeGreaterThan(Date.now() + 100 * DAY * 1000);
});
