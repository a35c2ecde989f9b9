import { admin, app, Client, type Body } from '../support/client';
import { eventually, startOwnServer, type OwnServer } from '../support/own-server';
import { operator } from '../support/operator';
import { textOf, Visitor } from '../support/visitor';

/** The console without a browser: its acts, and who is behind them. */

let server: OwnServer;

beforeAll(async () => {
  server = await startOwnServer();
});

afterAll(() => server.stop());

test('the console creates, changes, disables and deletes a connection, in its name', async () => {
  const visitor = await operator();
  await visitor.open('/console/new');
  const created = await visitor.submit('/console/new', {
    id: 'northwind',
    displayName: 'Northwind',
    identityProvider: 'okta',
    groups: 'yes',
    failureMail: 'it@northwind.example, ops@northwind.example',
  });
  expect([created.status, textOf(created)]).toEqual([
    201,
    expect.stringContaining('scim_northwind_'),
  ]);
  const path = '/connections/northwind';
  expect((await admin('GET', path)).body).toMatchObject({
    identityProvider: 'okta',
    failureMail: { recipients: ['it@northwind.example', 'ops@northwind.example'] },
  });
  await visitor.open('/console/new');
  const taken = await visitor.submit('/console/new', {
    id: 'northwind',
    displayName: 'Another',
    identityProvider: 'okta',
  });
  expect([taken.status, textOf(taken)]).toEqual([400, expect.stringContaining('Id is taken')]);

  const own = '/console/connections/northwind';
  await visitor.open(`${own}/settings`);
  const settings = {
    displayName: 'Northwind Traders',
    actsAs: 'account-7',
    identityProvider: 'entra',
    userDeletion: 'erase',
    tokenExpiresInDays: '90',
    mails: 'yes',
    failureMail: '',
    adoption: 'off',
    verifiedDomains: '',
  };
  expect(textOf(await visitor.submit(`${own}/settings`, settings))).toContain('Saved.');
  expect((await admin('GET', path)).body).toMatchObject({
    displayName: 'Northwind Traders',
    actsAs: 'account-7',
    identityProvider: 'entra',
    groups: false,
    userDeletion: 'erase',
    tokenExpiresInDays: 90,
  });
  const wrong = await visitor.submit(`${own}/settings`, { ...settings, tokenExpiresInDays: '0' });
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('tokenExpiresInDays')]);

  expect(wrong.text).toContain('value="Northwind Traders"');
  const typed = { ...settings, displayName: 'Typed', tokenExpiresInDays: '30 days' };
  const refused = await visitor.submit(`${own}/settings`, typed);
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('value="30 days"')]);
  // Without mails, the deployment's recipients get none either; an unchanged form keeps that.
  const silent = { ...settings, mails: '', failureMail: '' };
  await visitor.submit(`${own}/settings`, silent);
  expect((await admin('GET', path)).body.failureMail).toEqual({ recipients: [] });
  const shown = await visitor.open(`${own}/settings`);
  expect(shown.text).toMatch(/name="mails" value="yes"(?! checked)/);
  const address = await visitor.submit(`${own}/settings`, { ...settings, failureMail: 'nobody' });
  expect(textOf(address)).toContain('Recipients of these mails must have email addresses only');

  await visitor.submit(`${own}/enabled`, { enabled: 'no' });
  expect((await admin('GET', path)).body.enabled).toBe(false);
  const kept = await visitor.submit(`${own}/delete`, { id: 'north' });
  expect(textOf(kept)).toContain('Nothing was deleted');
  const acts = (await admin('GET', `${path}/audit`)).body.acts as Body[];
  expect(new Set(acts.map(({ actor }) => actor))).toEqual(
    new Set([expect.stringMatching(/^arn:aws:iam::\d+:user\/local$/)]),
  );
  await visitor.open(`${own}/settings`);
  await visitor.submit(`${own}/delete`, { id: 'northwind' });
  // The deletion may be complete already.
  const left = await admin('GET', path);
  expect(left.status === 404 || left.body.deletion !== undefined).toBe(true);
});

test('the list finds connections by a part of the name or the id, with pages', async () => {
  for (let number = 0; number < 3; number += 1) {
    await Client.connect('entra', { id: `find-${number}`, displayName: `Große Firma ${number}` });
  }
  const visitor = await operator();
  for (const [search, found] of [
    ['FIND-1', ['find-1']],
    ['große firma', ['find-0', 'find-1', 'find-2']],
    ['firma 2', ['find-2']],
    ['nothing', []],
  ] as const) {
    const { text } = await visitor.open(`/console?search=${encodeURIComponent(search)}`);
    expect([...text.matchAll(/connections\/(find-\d)"/g)].map(([, id]) => id)).toEqual(found);
  }
});

test('users and groups are found by whole values, and shown with their history', async () => {
  const client = await Client.connect('entra');
  const user = await client.user('grace@acme.example', {
    externalId: 'g-1',
    emails: [{ type: 'work', value: 'grace.hopper@acme.example' }],
  });
  await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'active', value: false });
  const group = await client.group('Admirals', [user.id as string]);
  const visitor = await operator();
  const own = `/console/connections/${client.id}`;
  for (const search of [
    'GRACE@acme.example',
    'g-1',
    'Grace.Hopper@acme.example',
    user.id as string,
  ]) {
    const { text } = await visitor.open(`${own}/users?search=${encodeURIComponent(search)}`);
    expect(text).toContain(`/users/${String(user.id)}"`);
  }
  expect(textOf(await visitor.open(`${own}/users?search=grace`))).toContain('No user has this');
  expect((await visitor.open(`${own}/groups?search=admirals`)).text).toContain(String(group.id));
  await server.advance(2);
  const detail = textOf(await visitor.open(`${own}/users/${String(user.id)}`));
  expect(detail).toContain('User changed: grace@acme.example');
  expect(detail).toContain('"userName": "grace@acme.example"');
  expect(textOf(await visitor.open(`${own}/groups/${String(group.id)}`))).toContain('1 member');
  expect((await visitor.open(`${own}/users/${String(group.id)}`)).status).toBe(404);
});

test('resource types are listed, and their resources found', async () => {
  const client = await Client.connect('okta');
  const visitor = await operator();
  const page = `/console/connections/${client.id}/resources`;
  expect(textOf(await visitor.open(page))).toContain('Users and groups only');
  await admin('PUT', `/connections/${client.id}/resourceTypes/Role`, { preset: 'oktaRole' });
  expect(textOf(await visitor.open(`${page}/Role`))).toContain('The application publishes them');
  const role = `/connections/${client.id}/resources/Role/planner`;
  await app('PUT', role, { displayName: 'Planner', externalId: 'r-1' });
  const types = textOf(await visitor.open(page));
  expect(types).toContain('Role /Roles The application roles, lenient 1');
  for (const search of ['PLANNER', 'r-1', 'planner']) {
    const { text } = await visitor.open(`${page}/Role?search=${search}`);
    expect(text).toContain('/resources/Role/planner"');
  }
  expect(textOf(await visitor.open(`${page}/Role?search=plan`))).toContain('No resource has this');
  await server.advance(2);
  const detail = textOf(await visitor.open(`${page}/Role/planner`));
  expect(detail).toContain('"displayName": "Planner"');
  expect(detail).toContain('Role created: Planner');
  expect((await visitor.open(`${page}/Role/none`)).status).toBe(404);
  expect((await visitor.open(`${page}/None`)).status).toBe(404);
});

test('tokens, links, mapping and roles are changed from the console', async () => {
  const client = await Client.connect('entra');
  const user = await client.user('role@acme.example');
  await client.group('Admins', [user.id as string]);
  const visitor = await operator();
  const own = `/console/connections/${client.id}`;
  await visitor.open(`${own}/tokens`);
  const shown = await visitor.submit(`${own}/tokens`, { overlap: '3600' });
  expect(shown.text).toMatch(/scim_[a-z0-9-]+_[a-z0-9]{10}_[\w-]{43}/);
  expect((await client.get('/Users')).status).toBe(200);
  const [token] = (await admin('GET', `/connections/${client.id}/tokens`)).body as Body[];
  await visitor.open(`${own}/tokens`);
  await visitor.submit(`${own}/tokens/revoke`, { token: token.id as string });

  await visitor.open(`${own}/links`);
  const made = await visitor.submit(`${own}/links`, {
    recipient: 'it@acme.example',
    intent: 'rotate',
    lifetime: '3600',
  });
  const [url = ''] = /http:[^<"]+portal\/open\?link=[\w.-]+/.exec(made.text) ?? [];
  expect(textOf(await new Visitor().openLink(url))).toContain('Replace the token');

  await visitor.open(`${own}/mapping`);
  const rows = '[{ "match": "displayName", "equals": "Admins", "role": "admin" }]';
  const form = { part: 'roles', rows };
  const preview = textOf(await visitor.submit(`${own}/mapping`, { ...form, do: 'preview' }));
  expect(preview).toContain('1 of 1 users would change.');
  expect((await admin('GET', `/connections/${client.id}/roles`)).body.rows).toEqual([]);
  expect(textOf(await visitor.submit(`${own}/mapping`, { ...form, do: 'save' }))).toContain(
    'Saved',
  );
  expect((await admin('GET', `/connections/${client.id}/roles`)).body.rows).toHaveLength(1);
  const wrong = await visitor.submit(`${own}/mapping`, { part: 'mapping', rows: '[', do: 'save' });
  expect([wrong.status, textOf(wrong)]).toEqual([400, expect.stringContaining('not valid JSON')]);
  expect(wrong.text).toContain('>[</textarea>');
});

test('webhooks are added, tested, rotated, disabled and deleted', async () => {
  const visitor = await operator();
  await visitor.open('/console/webhooks');
  const added = await visitor.submit('/console/webhooks', { url: 'http://127.0.0.1:9/hook' });
  const [secret = ''] = /whsec_[\w+/=]+/.exec(added.text) ?? [];
  expect(secret).not.toBe('');
  const [{ id }] = (await admin('GET', '/webhooks')).body.webhooks;
  const own = `/console/webhooks/${String(id)}`;
  expect((await visitor.open(own)).text).not.toContain(secret);
  expect(textOf(await visitor.submit(`${own}/test`))).toContain('A test event is on its way.');
  await server.advance(5);
  await eventually(
    async () => textOf(await visitor.open(own)),
    (page) => page.includes('webhook.test'),
  );
  expect((await visitor.submit(`${own}/rotate`)).text).toMatch(/whsec_/);
  await visitor.open(own);
  const replay = await visitor.submit(`${own}/replay`, { after: 'nonsense' });
  expect(textOf(replay)).toContain('must be the id of an event');
  expect(textOf(await visitor.submit(`${own}/disable`))).toContain('The webhook is disabled.');
  expect((await visitor.submit(`${own}/constructor`)).status).toBe(404);
  await visitor.open(own);
  await visitor.submit(`${own}/delete`);
  expect((await admin('GET', '/webhooks')).body.webhooks).toEqual([]);
});

test('the overview counts requests and failures, and names what fails', async () => {
  const client = await Client.connect('entra');
  for (let number = 0; number < 30; number += 1) await client.user(`u${number}@acme.example`);
  await client.post('/Users', { userName: 'u1@acme.example' });
  const visitor = await operator();
  const overview = textOf(await visitor.open(`/console/connections/${client.id}`));
  expect(overview).toContain('Another user has this userName');
  const [, requests = '0'] = /Requests: (\d+)/.exec(overview) ?? [];
  expect(Number(requests)).toBeGreaterThanOrEqual(21);
  expect(overview).toContain('Failures: 1');
  expect(textOf(await visitor.open('/console'))).toContain('1 request failed today');
});

test('a connection whose requests are all refused is not shown as idle', async () => {
  const client = await Client.connect('entra', { displayName: 'Refused' });
  const Authorization = `Bearer scim_${client.id}_0123456789_${'x'.repeat(43)}`;
  await client.call('GET', '/Users', undefined, { Authorization });
  const visitor = await operator();
  const row = textOf(await visitor.open('/console?search=refused'));
  expect(row).toContain('1 request failed today');
  expect(textOf(await visitor.open(`/console/connections/${client.id}`))).toContain('Failures: 1');
});

test('each of a few failures is counted at once', async () => {
  const client = await Client.connect('entra');
  await client.user('ada@acme.example');
  for (let number = 0; number < 10; number += 1) {
    await client.post('/Users', { userName: 'ada@acme.example' });
  }
  const visitor = await operator();
  const overview = textOf(await visitor.open(`/console/connections/${client.id}`));
  const [, failures = '0'] = /Failures: (\d+)/.exec(overview) ?? [];
  expect(Number(failures)).toBe(10);
});

test('a search that finds large users fits into one answer', async () => {
  const client = await Client.connect('entra');
  const title = 'x'.repeat(200_000);
  await Promise.all(
    Array.from({ length: 14 }, (_, index) =>
      client.user(`large${index}@acme.example`, { externalId: 'same', title }),
    ),
  );
  const visitor = await operator();
  const found = await visitor.open(`/console/connections/${client.id}/users?search=same`);
  const names = new Set(found.text.match(/large\d+@/g));
  expect([found.status, names.size]).toEqual([200, 10]);
});
