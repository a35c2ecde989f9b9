import {
  admin,
  app,
  Client,
  ENTERPRISE,
  expectError,
  expectProblem,
  type Body,
} from '../support/client';
import { untilEvents } from '../support/events';
import { eventually } from '../support/own-server';
import { CHANGED, CREATED, exported, group, importLines, user } from '../support/transfer';

test('users and groups keep their ids and times, and work like any others', async () => {
  const client = await Client.connect('entra');
  const lines = [
    user('u-1', 'ada@acme.example', {
      externalId: 'e-1',
      [ENTERPRISE]: { manager: { value: '42' } },
    }),
    user('42', 'bob@acme.example', { active: false, displayName: 'Bob' }),
    group('g_1', 'Planners', ['u-1', 'g_2']),
    group('g_2', 'Cooks', ['42']),
  ];
  expect(await importLines(client, lines)).toEqual({
    created: 4,
    updated: 0,
    unchanged: 0,
    conflictCount: 0,
    conflicts: [],
    ignored: [],
    isComplete: true,
  });

  const ada = (await client.get('/Users/u-1')).body;
  expect(ada).toMatchObject({
    id: 'u-1',
    externalId: 'e-1',
    active: true,
    groups: [{ value: 'g_1', display: 'Planners', type: 'direct' }],
    meta: { created: CREATED, lastModified: CHANGED, location: `${client.baseUrl}/Users/u-1` },
  });
  expect(ada[ENTERPRISE].manager).toMatchObject({ value: '42', displayName: 'Bob' });
  expect((await client.get('/Users/42')).body.groups).toEqual([
    expect.objectContaining({ value: 'g_2', type: 'direct' }),
    expect.objectContaining({ value: 'g_1', type: 'indirect' }),
  ]);
  const planners = (await client.get('/Groups/g_1')).body;
  expect(planners.meta).toMatchObject({ created: CREATED, lastModified: CHANGED });
  expect(planners.members).toEqual([
    { value: 'g_2', type: 'Group', display: 'Cooks', $ref: `${client.baseUrl}/Groups/g_2` },
    expect.objectContaining({ value: 'u-1', type: 'User', display: 'ada@acme.example' }),
  ]);

  const found = async (endpoint: string, filter: string): Promise<string[]> =>
    (await client.search(endpoint, filter)).map(({ id }: Body) => id as string);
  expect(await found('/Users', 'id eq "u-1"')).toEqual(['u-1']);
  expect(await found('/Users', 'userName eq "BOB@acme.example"')).toEqual(['42']);
  expect(await found('/Users', 'externalId eq "e-1"')).toEqual(['u-1']);
  expect(await found('/Users', 'groups.value eq "g_1"')).toEqual(['42', 'u-1']);
  expect(await found('/Groups', 'members.value eq "u-1"')).toEqual(['g_1']);

  // A user who is created later comes after those that were imported.
  const { id: eve } = await client.user('eve@acme.example');
  const listed = (await client.get('/Users')).body;
  expect(listed.Resources.map(({ id }: Body) => id)).toEqual(['42', 'u-1', eve]);
  const second = (await client.get('/Users?startIndex=2&count=1')).body.Resources;
  expect(second.map(({ id }: Body) => id)).toEqual(['u-1']);
  const page = (await client.get('/Users?cursor&count=1')).body;
  const next = (await client.get(`/Users?count=1&cursor=${page.nextCursor}`)).body;
  expect(next.Resources.map(({ id }: Body) => id)).toEqual(['u-1']);

  const patched = await client.patch('/Users/42', { op: 'replace', path: 'active', value: true });
  expect(patched.status).toBe(204);
  expect(
    (await client.patch('/Groups/g_1', { op: 'add', path: 'members', value: [{ value: '42' }] }))
      .status,
  ).toBe(204);
  expect((await client.delete('/Users/u-1')).status).toBe(204);
  expect(await client.memberIds('g_1')).toEqual(['42', 'g_2']);
  expectError(await client.get('/Users/u-1'), 404);
  const revived = await client.user('ada@acme.example', { externalId: 'e-1' });
  expect(revived.id).toBe('u-1');
});

test('repeating an import changes nothing, and one with changes changes just these', async () => {
  const client = await Client.connect('generic');
  const lines = [
    user('u-1', 'ada@acme.example'),
    user(undefined, 'bob@acme.example', { title: 'Cook' }),
    group('g-1', 'Planners', ['u-1']),
  ];
  expect((await importLines(client, lines)).created).toBe(3);
  const before = await exported(client);
  expect(await importLines(client, lines)).toMatchObject({ created: 0, updated: 0, unchanged: 3 });
  expect(await exported(client)).toEqual(before);

  await client.patch('/Users/u-1', { op: 'replace', path: 'active', value: false });
  const changed = [
    user('u-1', 'ada@acme.example', { title: 'Pilot' }),
    user(undefined, 'BOB@acme.example', { title: 'Cook' }),
    group('g-1', 'Planners', [before[1].id]),
  ];
  // A change here since is newer than the import.
  const { conflicts, ...result } = await importLines(client, changed);
  expect(result).toMatchObject({ created: 0, updated: 2, conflictCount: 1 });
  expect(conflicts).toMatchObject([{ line: 1, id: 'u-1', attribute: 'meta.lastModified' }]);
  const newer = { ...changed[0], meta: { lastModified: new Date().toISOString() } };
  expect(await importLines(client, [newer])).toMatchObject({ updated: 1, conflictCount: 0 });
  // An import adds members and removes none, and a line without `active` keeps it.
  expect(await client.memberIds('g-1')).toEqual([before[1].id, 'u-1'].sort());
  expect((await client.get('/Users/u-1')).body).toMatchObject({ title: 'Pilot', active: false });
});

test('deleted users and groups do not come back by an older import', async () => {
  const client = await Client.connect('generic');
  const lines = [user('u-1', 'ada@acme.example'), group('g-1', 'Cooks', ['u-1'])];
  await importLines(client, lines);
  await client.delete('/Users/u-1');
  await client.delete('/Groups/g-1');
  const { conflicts, created } = await importLines(client, lines);
  expect(created).toBe(0);
  expect(conflicts.map(({ detail }: Body) => detail)).toEqual([
    expect.stringMatching('changed here since'),
    expect.stringMatching('deleted a few minutes ago'),
  ]);
  const now = { ...lines[0], meta: { lastModified: new Date().toISOString() } };
  expect(await importLines(client, [now])).toMatchObject({ created: 1 });
  expect((await client.get('/Users/u-1')).status).toBe(200);
});

test('a connection that erases users takes no deleted ones', async () => {
  const client = await Client.connect('generic', { userDeletion: 'erase' });
  const deletedAt = '2024-01-02T03:04:05Z';
  const lines = [
    { ...user('u-1', 'ada@acme.example'), deletedAt },
    user('u-2', 'bob@acme.example'),
  ];
  const { conflicts, created } = await importLines(client, lines);
  expect([created, conflicts.length, conflicts[0].attribute]).toEqual([1, 1, 'deletedAt']);
  await client.delete('/Users/u-2');
  const again = await importLines(client, [lines[1] ?? '']);
  expect(again.conflicts[0].detail).toMatch('deleted a few minutes ago');
});

test('what cannot be imported is reported with its line, and nothing else is lost', async () => {
  const client = await Client.connect('okta');
  await client.user('taken@acme.example');
  await importLines(client, [group('g-0', 'Pilots')]);
  const lines = [
    '{"schemas": [',
    '',
    user('u-1', 'taken@acme.example'),
    user('a|b', 'ada@acme.example'),
    user('u-2', ''),
    { id: 'x', userName: 'no schemas' },
    user('u-3', 'bob@acme.example', { shoeSize: 47, nickName: 'B' }),
    group('g-1', 'Planners', ['u-3', 'nobody']),
    group('u-3', 'Cooks'),
    user('g-0', 'carol@acme.example'),
    { ...user('u-4', 'dan@acme.example'), meta: { resourceType: 'User', created: 'yesterday' } },
    user(undefined, 'eve@acme.example'),
    user(undefined, 'EVE@acme.example'),
  ];
  const { conflicts, ...result } = await importLines(client, lines);
  expect(result).toMatchObject({ created: 3, ignored: ['shoeSize'], isComplete: true });
  const inShort = conflicts.map(({ line, id, attribute }: Body) => [line, id, attribute]);
  expect(inShort).toEqual([
    [1, undefined, undefined],
    [3, 'u-1', 'userName'],
    [4, 'a|b', 'id'],
    [5, undefined, 'userName'],
    [6, undefined, 'schemas'],
    [8, 'g-1', 'members'],
    [9, 'u-3', 'id'],
    [10, 'g-0', 'id'],
    [11, undefined, 'meta.created'],
    [13, undefined, 'userName'],
  ]);
  expect(conflicts[5]).toMatchObject({ name: 'Planners', unknownMembers: 1, members: ['nobody'] });
  expect(await client.memberIds('g-1')).toEqual(['u-3']);
});

test('a dry run says what an import would do, and does none of it', async () => {
  const client = await Client.connect('generic');
  await client.user('ada@acme.example');
  const lines = [
    user('u-1', 'ada@acme.example'),
    user('u-2', 'bob@acme.example'),
    { ...user(undefined, 'ada@acme.example', { title: 'Pilot' }), meta: undefined },
    group('g-1', 'Planners', ['u-2']),
  ];
  const result = await importLines(client, lines, '?dryRun=true');
  expect(result).toMatchObject({ dryRun: true, created: 2, updated: 1 });
  expect(result.conflicts).toEqual([
    expect.objectContaining({ line: 1, name: 'ada@acme.example', scimType: 'uniqueness' }),
  ]);
  expect((await client.get('/Users')).body.totalResults).toBe(1);
  expect((await client.get('/Groups')).body.totalResults).toBe(0);
});

test('events, the log and the audit say that resources were imported', async () => {
  const client = await Client.connect('generic');
  // An id that another deployment issued is older than the connection.
  const older = '01890a5d-ac96-774b-bcce-b302099a8057';
  await importLines(client, [
    user('u-1', 'ada@acme.example'),
    user(older, 'bob@acme.example'),
    group('g-1', 'Cooks', ['u-1']),
  ]);
  const events = (await untilEvents(client.id, 5)).slice(1);
  const inShort = events.map(({ type, subject, data }: Body) => [type, subject, data.reason]);
  expect(inShort.sort()).toEqual([
    ['group.created', 'Groups/g-1', 'import'],
    ['group.member_added', 'Groups/g-1/members/u-1', 'import'],
    ['user.created', `Users/${older}`, 'import'],
    ['user.created', 'Users/u-1', 'import'],
  ]);
  // The event happened now, although the user was changed long ago.
  for (const { time } of events) expect(Date.parse(time)).toBeGreaterThan(Date.now() - 600_000);
  const log = await eventually(
    async () => (await admin('GET', `/connections/${client.id}/requests`)).body.requests as Body[],
    (requests) => requests.length >= 3,
  );
  expect(log.map(({ action }) => action)).toContain('created');
  expect(log.map(({ action }) => action)).not.toContain('restored');
  const { acts } = (await admin('GET', `/connections/${client.id}/audit`)).body;
  expect(acts[0]).toMatchObject({
    action: 'directory.import',
    after: { lines: 3 },
  });
  expect((await app('GET', `/connections/${client.id}/users/u-1`)).body).toMatchObject({
    id: 'u-1',
    userName: 'ada@acme.example',
  });
});

test('an imported user adopts the candidate that it is, unless it brings its own id', async () => {
  const client = await Client.connect('generic', { adoption: 'userName' });
  const candidates = ['ada', 'bob'].map((name) => ({
    applicationId: `app-${name}`,
    userName: `${name}@acme.example`,
  }));
  await app('PUT', `/connections/${client.id}/candidates`, { candidates });
  const bob = { ...user(undefined, 'bob@acme.example'), applicationId: 'own' };
  await importLines(client, [user('u-1', 'ada@acme.example'), bob]);
  const events = (await untilEvents(client.id, 3)).slice(1);
  const inShort = events.map(({ type, data }: Body) => [
    type,
    data.user.applicationId,
    data.reason,
  ]);
  expect(inShort.sort()).toEqual([
    ['user.created', 'app-ada', 'adopt'],
    ['user.created', 'own', 'import'],
  ]);
  const exportedIds = (await exported(client)).map(({ applicationId }: Body) => applicationId);
  expect(exportedIds).toEqual(['app-ada', 'own']);
});

test('a connection without groups takes users only; wrong requests are refused', async () => {
  const client = await Client.connect('generic', { groups: false });
  const result = await importLines(client, [user('u', 'ada@acme.example'), group('g', 'Cooks')]);
  expect(result).toMatchObject({ created: 1, conflicts: [{ line: 2, id: 'g' }] });
  expectProblem(await admin('POST', '/connections/none/import', ''), 404);
  expectProblem(await admin('POST', '/connections/none/export', {}), 404);
  const path = `/connections/${client.id}`;
  expectProblem(await admin('POST', `${path}/import`, 'x'.repeat(4 * 1024 * 1024 + 1)), 413);
  for (const cursor of [
    '',
    'x',
    7,
    Buffer.from('{"part":"users","after":"#"}').toString('base64url'),
  ]) {
    expectProblem(await admin('POST', `${path}/export`, { cursor }), 400);
  }
  expectProblem(await admin('GET', `${path}/export`), 405);
});
