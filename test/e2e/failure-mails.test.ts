import { admin, Client, USER } from '../support/client';
import { DAY, eventually, startOwnServer, type Mail, type OwnServer } from '../support/own-server';

/** What administrators are told by mail of requests that failed, and that they go well again. */

/** Seconds in which all that a test sends arrives, also on a busy machine. */
const WINDOW = 3;

/** Milliseconds after which a mail that is to come has come. */
const SETTLED = (WINDOW + 1.5) * 1000;

let own: OwnServer;
let client: Client;
let taken: string;

beforeAll(async () => {
  own = await startOwnServer('--failure-mail-window', String(WINDOW));
  client = await Client.connect('entra', { failureMail: { recipients: ['it@acme.example'] } });
  taken = String((await client.user('taken@acme.example')).id);
}, 60_000);

afterAll(() => own.stop());

/** Twelve requests that fail, of three causes. */
async function fail(): Promise<void> {
  const attempts = Array.from({ length: 4 }, (_, index) => [
    client.post('/Users', {
      schemas: [USER],
      userName: 'taken@acme.example',
      password: 'Hunter2!',
    }),
    client.post('/Users', { schemas: [USER], externalId: `nobody${index}` }),
    client.patch(`/Users/${taken}`, { op: 'replace', path: 'shoeSize', value: 'Hunter2!' }),
  ]);
  for (const { status } of await Promise.all(attempts.flat()))
    expect(status).toBeGreaterThanOrEqual(400);
}

/** Waits for a mail more than there were, and for the time in which another one would come. */
async function nextMail(before: number): Promise<Mail | undefined> {
  await eventually(
    () => own.mails(),
    (mails) => mails.length > before,
  );
  await later(SETTLED);
  const mails = await own.mails();
  expect(mails).toHaveLength(before + 1);
  return mails.at(-1);
}

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

test('one mail tells all failures of a window, by cause, with what to do and no secret', async () => {
  await fail();
  await client.user('fine@acme.example');
  const mail = await nextMail(0);
  expect(mail?.recipients).toEqual(['it@acme.example']);
  expect(mail?.subject).toBe('SCIM provisioning of Test: 12 requests failed');
  expect(mail?.text).toContain('for 3 causes');
  const counts = [...(mail?.text ?? '').matchAll(/^(\d)\. (.+): (\d+) requests$/gm)].map(
    ([, , title, count]) => [title, count],
  );
  expect(counts.map(([, count]) => count)).toEqual(['4', '4', '4']);
  expect(mail?.text).toContain('Another user has this userName: 4 requests');
  expect(mail?.text).toContain('userName is missing');
  expect(mail?.text).toContain('Provision Microsoft Entra ID Users');
  expect(mail?.text).toContain(`/connections/${client.id}/requests?status=failed`);
  for (const form of [mail?.text, mail?.html]) {
    expect(form).not.toContain('Hunter2');
    expect(form).not.toContain(client.token);
  }
}, 60_000);

test('the same causes are told no more within the day, and one mail says when they are over', async () => {
  await fail();
  await later(SETTLED);
  expect(await own.mails()).toHaveLength(1);
  await client.user('again@acme.example');
  const mail = await nextMail(1);
  expect(mail?.subject).toBe('SCIM provisioning of Test works again');
  expect(mail?.text).toContain('Another user has this userName');
  await client.user('and-again@acme.example');
  await later(SETTLED);
  expect(await own.mails()).toHaveLength(2);
}, 60_000);

test('what was muted is summed up a day later', async () => {
  await own.advance(DAY + 3600);
  const mail = await nextMail(2);
  expect(mail?.subject).toBe('SCIM provisioning of Test: 12 more requests failed');
  expect(mail?.text).toContain('Another user has this userName: 4 requests');
}, 60_000);

test('who uses a token that has ended is told, and any request that goes well ends it', async () => {
  const before = (await own.mails()).length;
  const other = await Client.connect('okta', {
    failureMail: { recipients: ['okta@acme.example'] },
  });
  const { body: next } = await admin('POST', `/connections/${other.id}/tokens`, {});
  expect((await other.get('/Users')).status).toBe(401);
  const mail = await nextMail(before);
  expect([mail?.subject, mail?.recipients]).toEqual([
    'SCIM provisioning of Test: 1 request failed',
    ['okta@acme.example'],
  ]);
  expect(mail?.text).toContain('Test API Credentials');
  expect(mail?.text).toMatch(/get-secret-value --secret-id '\S+\/\S+'/);
  expect(
    (
      await other.call('GET', '/Users', undefined, {
        Authorization: `Bearer ${String(next.value)}`,
      })
    ).status,
  ).toBe(200);
  expect((await nextMail(before + 1))?.subject).toBe('SCIM provisioning of Test works again');
}, 60_000);

test('nobody is told of a connection without recipients', async () => {
  const before = (await own.mails()).length;
  const other = await Client.connect('generic');
  await other.post('/Users', { schemas: [USER] });
  await later(SETTLED);
  expect(await own.mails()).toHaveLength(before);
}, 60_000);
