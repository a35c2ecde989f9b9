import { admin, type Body } from '../../support/client';
import { untilEvents } from '../../support/events';
import { eventually } from '../../support/own-server';
import { Entra, person, seen, setUp } from './identity-providers';

/**
 * Story C: users and groups for a named account, with one token at a time. The migration from plain
 * user names to email addresses is not covered yet.
 */

test('a connection of a named account has one token, users, groups and an audit log', async () => {
  const setup = await setUp({
    displayName: 'Acme, for user-manager@acme.example',
    identityProvider: 'entra',
    failureMail: { recipients: ['admins@acme.example'] },
  });
  const path = `/connections/${String(setup.connection.id)}`;
  const entra = new Entra(setup);
  expect((await entra.testConnection()).status).toBe(200);
  const ada = person('Ada');
  const id = await entra.provision(ada);
  await entra.provisionGroup('Planners', [id]);
  expect((await seen(entra.client, ada.userName)).groups).toMatchObject([{ display: 'Planners' }]);

  // Setting up again issues a new token and ends the previous one.
  const { body: token } = await admin('POST', `${path}/tokens`);
  expect((await entra.testConnection()).status).toBe(401);
  const again = new Entra({ ...setup, token: token.value as string });
  expect(await again.provision(ada)).toBe(id);
  const listed = (await admin('GET', `${path}/tokens`)).body as Body[];
  expect(listed.map(({ state }) => state)).toEqual(['active', 'replaced']);
  expect(listed[0]?.lastUsedAt).not.toBeNull();

  const acts = (await admin('GET', `${path}/audit`)).body.acts as Body[];
  for (const { actor } of acts) expect(actor).toMatch(/^arn:aws:iam::\d{12}:/);
  expect(acts.at(-1)).toMatchObject({ action: 'connection.create' });
});

test('changes, failures, events and the audit carry the account of a connection', async () => {
  const setup = await setUp({
    displayName: 'Acme',
    identityProvider: 'entra',
    actsAs: 'user-manager@acme.example',
  });
  const id = String(setup.connection.id);
  const { client } = new Entra(setup);
  const ada = await client.user('ada@acme.example');
  await client.user('bob@acme.example');
  expect((await client.post('/Users', { userName: 'ada@acme.example' })).status).toBe(409);
  const group = await client.group('Planners', [ada.id]);
  await client.delete(`/Users/${ada.id}`);

  const [created, , grouped, ...rest] = (await untilEvents(id, 7)).filter(
    ({ type }: Body) => type !== 'connection.created',
  );
  expect(created).toMatchObject({ type: 'user.created' });
  expect(grouped.subject).toContain(group.id);
  const attributed = [created, grouped, ...rest].map(({ type, data }) => [type, data.actsAs]);
  for (const [, actsAs] of attributed) expect(actsAs).toBe('user-manager@acme.example');
  expect(attributed.map(([type]) => type)).toEqual(
    expect.arrayContaining(['group.member_added', 'group.member_removed', 'user.deleted']),
  );

  const { requests } = await eventually(
    async () => (await admin('GET', `/connections/${id}/requests`)).body,
    (body) => body.requests.some(({ action }: Body) => action === 'deleted'),
  );
  expect(requests.map(({ kind }: Body) => kind)).toContain('failure');
  for (const entry of requests) expect(entry.actsAs).toBe('user-manager@acme.example');

  // What was done before keeps the account of its time.
  const changed = await admin('PATCH', `/connections/${id}`, { actsAs: 'account-2' });
  expect(changed.body.actsAs).toBe('account-2');
  await client.user('eve@acme.example');
  const log = await eventually(
    async () => (await admin('GET', `/connections/${id}/requests?action=created`)).body,
    (body) => body.requests.some(({ name }: Body) => name === 'eve@acme.example'),
  );
  const accounts = Object.fromEntries(log.requests.map(({ name, actsAs }: Body) => [name, actsAs]));
  expect(accounts).toMatchObject({
    'eve@acme.example': 'account-2',
    'bob@acme.example': 'user-manager@acme.example',
  });
  const [act] = (await admin('GET', `/connections/${id}/audit`)).body.acts as Body[];
  expect(act).toMatchObject({
    action: 'connection.update',
    before: { actsAs: 'user-manager@acme.example' },
    after: { actsAs: 'account-2' },
  });
  const reset = await admin('PATCH', `/connections/${id}`, { actsAs: null });
  expect([reset.status, reset.body.actsAs]).toEqual([200, undefined]);
  expect((await admin('PATCH', `/connections/${id}`, { actsAs: '\u0007' })).status).toBe(400);
});
