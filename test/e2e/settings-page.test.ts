import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ScimAdminClient, ScimClientError } from 'cdk-scim/client';
import { admin, Client, send, server } from '../support/client';
import { textOf, Visitor } from '../support/visitor';

/** An application leads its customers' administrators to the portal, and gets them back. */

const ROOT = path.join(__dirname, '..', '..');
const ORIGIN = 'http://127.0.0.1:3917';
let example: ChildProcess | undefined;

afterAll(() => {
  example?.kill();
});

test('the example makes a link, redirects to the portal, and gets the visitor back', async () => {
  await admin('POST', '/connections', { id: 'default', displayName: 'First' });
  const file = path.join(ROOT, 'examples', 'settings-page', 'server.ts');
  example = spawn(process.execPath, ['--import', 'tsx', file], {
    cwd: ROOT,
    env: { ...process.env, ADMIN_URL: server().adminUrl, APP_ORIGIN: ORIGIN },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (example.stdout === null) throw new Error('The example has no output.');
  const [line] = (await once(createInterface({ input: example.stdout }), 'line')) as [string];
  expect(line).toContain(`${ORIGIN}/settings`);
  expect((await send('GET', `${ORIGIN}/settings`)).text).toContain('Set up SCIM');
  const { status, headers } = await send('POST', `${ORIGIN}/settings`);
  expect([status, headers['cache-control']]).toEqual([303, 'no-store']);
  const visitor = new Visitor();
  expect(textOf(await visitor.openLink(String(headers['location'])))).toContain(
    'Which identity provider',
  );
  await visitor.open('/portal/review');
  expect((await visitor.submit('/portal/finish')).text).toContain(`href="${ORIGIN}/settings"`);
});

test('the client makes, lists and revokes links, and opens the console', async () => {
  const { id } = await Client.connect('okta');
  const scim = new ScimAdminClient({ url: server().adminUrl });
  const link = await scim.createPortalLink(id, { intent: 'log', recipient: 'it@acme.example' });
  expect((await new Visitor().open(link.url)).status).toBe(200);
  await scim.revokePortalLink(id, link.id);
  await scim.revokePortalLink(id, '01a21a36-8414-799f-b160-d40cf1272fe3');
  expect((await new Visitor().open(link.url)).status).toBe(404);
  const listed = [];
  for await (const each of scim.portalLinks(id)) listed.push(each);
  expect(listed).toEqual([
    expect.objectContaining({ id: link.id, intent: 'log', state: 'revoked' }),
  ]);
  const { url } = await scim.createConsoleSession();
  expect((await new Visitor().openLink(url)).status).toBe(200);
  const wrong = scim.createPortalLink(id, { expiresInSeconds: 1 });
  await expect(wrong).rejects.toThrow(ScimClientError);
});
