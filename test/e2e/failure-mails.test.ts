import { admin, Client, USER } from '../support/client';
import { DAY, startOwnServer, type Mail, type OwnServer } from '../support/own-server';

/** Mails about failed requests and their recovery. */

let server: OwnServer;
let client: Client;
let taken: string;

beforeAll(async () => {
  server = await startOwnServer();
  client = await Client.connect('entra', { failureMail: { recipients: ['it@acme.example'] } });
  taken = String((await client.user('taken@acme.example')).id);
});

afterAll(() => server.stop());

/** Sends twelve requests that fail for three causes. */
async function fail(): Promise<void> {
  const attempts = Array.from({ length: 4 }, (_, index) => [
    client.post('/Users', {
      schemas: [USER],
      userName: 'taken@acme.example',
      password: 'Hunter2!',
    }),
    client.post('/Users', { schemas: [USER], externalId: `nobody${index}` }),
    client.patch(`/Users/${taken}`, { op: 'replace', path: 'shoeSize[', value: 'Hunter2!' }),
  ]);
  for (const { status } of await Promise.all(attempts.flat()))
    expect(status).toBeGreaterThanOrEqual(400);
}

/** Expects exactly one new mail and returns it. */
async function nextMail(before: number): Promise<Mail | undefined> {
  await server.mails();
  // A second mail would arrive within another window.
  const mails = await server.mails();
  expect(mails).toHaveLength(before + 1);
  return mails.at(-1);
}

test('one mail lists the failures of a window by cause, with remedies and no secret', async () => {
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
  expect(mail?.text).not.toMatch(/aws/);
  for (const form of [mail?.text, mail?.html]) {
    expect(form).not.toContain('Hunter2');
    expect(form).not.toContain(client.token);
  }
});

test('reported causes are muted for a day, and one mail reports the recovery', async () => {
  await fail();
  expect(await server.mails()).toHaveLength(1);
  await client.user('again@acme.example');
  const mail = await nextMail(1);
  expect(mail?.subject).toBe('SCIM provisioning of Test works again');
  expect(mail?.text).toContain('Another user has this userName');
  await client.user('and-again@acme.example');
  expect(await server.mails()).toHaveLength(2);
});

test('muted failures are summarized a day later', async () => {
  await server.advance(DAY + 3600);
  const mail = await nextMail(2);
  expect(mail?.subject).toBe('SCIM provisioning of Test: 12 more requests failed');
  expect(mail?.text).toContain('Another user has this userName: 4 requests');
});

test('use of an ended token is reported, and any successful request is a recovery', async () => {
  const before = (await server.mails()).length;
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
  expect(mail?.text).toContain('Ask the operators for a new token');
  expect(
    (
      await other.call('GET', '/Users', undefined, {
        Authorization: `Bearer ${String(next.value)}`,
      })
    ).status,
  ).toBe(200);
  expect((await nextMail(before + 1))?.subject).toBe('SCIM provisioning of Test works again');
});

test('failures of a connection without recipients are not mailed', async () => {
  const before = (await server.mails()).length;
  const other = await Client.connect('generic');
  await other.post('/Users', { schemas: [USER] });
  expect(await server.mails()).toHaveLength(before);
});
