import { admin, Client, type Body } from '../support/client';
import { untilEvents } from '../support/events';
import { eventually } from '../support/own-server';

test('changes, failures, events and the audit carry the account of a connection', async () => {
  const client = await Client.connect('entra', { actsAs: 'user-manager@acme.example' });
  const { id } = client;
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

  // Earlier entries keep the account of their time.
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
