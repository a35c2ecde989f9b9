import { admin, app, Client, ENTERPRISE, expectProblem, type Body } from '../support/client';
import { eventually } from '../support/own-server';
import { eventsOf, untilEvents } from '../support/events';

const userOf = async (client: Client, id: string): Promise<Body> =>
  (await app('GET', `/connections/${client.id}/users/${id}`)).body;

const put = (client: Client, what: string, body: unknown) =>
  admin('PUT', `/connections/${client.id}/${what}`, body);

test('a mapping fills fields of the profile and fields of its own', async () => {
  const client = await Client.connect('entra');
  const { id } = await client.user('ann@acme.example', {
    emails: [
      { value: 'ann@acme.example', type: 'work' },
      { value: 'Ann@Home.Example', type: 'home' },
    ],
    userType: 'E',
    [ENTERPRISE]: { costCenter: ' 42 ' },
  });
  const rows = [
    { target: 'email', source: 'emails[type eq "home"].value', transform: 'lower' },
    { target: 'costCenter', source: `${ENTERPRISE}:costCenter`, transform: 'trim' },
    { target: 'kind', source: 'userType', transform: 'map', map: { E: 'employee' }, default: '?' },
    { target: 'call', source: ['nickName', 'userName'], transform: 'firstOf' },
    { target: 'site', source: 'locale', default: 'HQ' },
  ];
  const dryRun = await put(client, 'mapping?dryRun=true', rows);
  expect(dryRun.body).toMatchObject({
    dryRun: true,
    users: 1,
    affected: 1,
    isComplete: true,
    changes: [
      { userId: id, before: { email: 'ann@acme.example' }, after: { email: 'ann@home.example' } },
    ],
  });
  expect((await userOf(client, id as string)).email).toBe('ann@acme.example');
  expect((await put(client, 'mapping', rows)).body.rows).toEqual(rows);
  expect((await admin('GET', `/connections/${client.id}/mapping`)).body.rows).toEqual(rows);
  expect(await userOf(client, id as string)).toMatchObject({
    email: 'ann@home.example',
    custom: { costCenter: '42', kind: 'employee', call: 'ann@acme.example', site: 'HQ' },
  });
  await client.patch(`/Users/${id}`, { op: 'replace', path: 'userType', value: 'X' });
  const events = await eventually(
    () => eventsOf(client.id),
    (found) => found.some(({ type }) => type === 'user.updated'),
  );
  const updated = events.find(({ type }) => type === 'user.updated');
  expect(updated.data.user.custom.kind).toBe('?');
  expect(updated.data.changed).toEqual(['custom', 'userType']);
  expect(events.find(({ type }) => type === 'connection.updated').data.changed).toEqual([
    'mapping',
  ]);
});

test('groups give roles, also indirectly; a dry run says who gains and loses', async () => {
  const client = await Client.connect('okta');
  const ann = await client.user('ann@acme.example', { roles: [{ value: 'sent' }] });
  const bob = await client.user('bob@acme.example');
  const inner = await client.group('Team 1', [ann.id]);
  await client.group('App Admins', [inner.id]);
  const rules = [
    { match: 'displayName', equals: 'app admins', role: 'admin' },
    { match: 'displayName', prefix: 'Team ', role: 'member' },
    { match: 'id', equals: 'none', role: 'nobody' },
  ];
  const { body: tried } = await put(client, 'roles?dryRun=true', { rows: rules });
  expect(tried.changes).toEqual([
    { userId: ann.id, userName: 'ann@acme.example', gained: ['admin', 'member'] },
  ]);
  await put(client, 'roles', { rows: rules });
  expect((await userOf(client, ann.id as string)).roles).toEqual(['admin', 'member', 'sent']);
  expect((await userOf(client, bob.id as string)).roles).toEqual([]);
  const { body: less } = await put(client, 'roles?dryRun=true', [rules[1]]);
  expect(less.changes).toMatchObject([{ userId: ann.id, lost: ['admin'] }]);
  await client.patch(`/Users/${ann.id}`, { op: 'replace', path: 'title', value: 'Dr' });
  const events = await untilEvents(client.id, 9);
  const updated = events.find(({ type }) => type === 'user.updated');
  expect(updated.data.user.roles).toEqual(['admin', 'member', 'sent']);
  const { body } = await admin('GET', `/connections/${client.id}/audit`);
  expect(body.acts[0]).toMatchObject({ action: 'roles.put', after: { roles: expect.any(Array) } });
});

test.each([
  ['mapping', [{ target: 'x', source: 'noSuch' }], '/rows/0/source'],
  ['mapping', [{ target: 'x', source: 'emails[' }], '/rows/0/source'],
  ['mapping', [{ target: '1', source: 'title' }], '/rows/0/target'],
  ['mapping', [{ target: 'x', source: ['title', 'userName'] }], '/rows/0/source'],
  ['mapping', [{ target: 'x', source: 'title', transform: 'map' }], '/rows/0/map'],
  [
    'mapping',
    [
      { target: 'x', source: 'title' },
      { target: 'x', source: 'userName' },
    ],
    '/rows/1/target',
  ],
  ['roles', [{ match: 'displayName', role: 'x' }], '/rows/0'],
  ['roles', [{ match: 'name', equals: 'x', role: 'x' }], '/rows/0/match'],
  ['roles', {}, '/rows'],
])('%s %j are refused', async (what, body, pointer) => {
  const client = await Client.connect('okta');
  const reply = await put(client, what, body);
  expectProblem(reply, 400);
  expect(reply.body.errors[0].pointer).toBe(pointer);
});
