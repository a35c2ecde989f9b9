import { admin, app, Client, expectProblem, send, server } from '../support/client';
import type { Body } from '../support/client';
import { eventsOf, inShort, untilEvents } from '../support/events';
import { eventually } from '../support/own-server';

const busEvents = async (connection: string): Promise<Body[]> => {
  const { body } = await send('GET', server().eventsUrl, { Accept: 'application/json' });
  return (body as Body[]).filter(({ detail }) => detail.data.connection.id === connection);
};

test('the life of a user is told in events with a sequence without gaps', async () => {
  const client = await Client.connect('okta');
  const { id } = await client.user('ann@acme.example', {
    externalId: 'a-1',
    name: { givenName: 'Ann', familyName: 'Lee' },
  });
  await client.patch(`/Users/${id}`, { op: 'replace', path: 'name.familyName', value: 'Ray' });
  await client.patch(`/Users/${id}`, { op: 'replace', value: { active: false, title: 'Gone' } });
  await client.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: true });
  await client.delete(`/Users/${id}`);
  await client.user('ann@acme.example', { externalId: 'a-1' });
  const [created, ...events] = await untilEvents(client.id, 7);
  expect(created.type).toBe('connection.created');
  expect(inShort(events)).toEqual([
    'user.created',
    'user.updated',
    'user.deactivated',
    'user.reactivated',
    'user.deleted',
    'user.reactivated',
  ]);
  expect(events.map(({ data }) => data.sequence as number)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(events[0]).toMatchObject({
    specversion: '1.0',
    source: expect.stringMatching(new RegExp(`^urn:cdk-scim:.+:${client.id}$`)),
    subject: `Users/${id}`,
    datacontenttype: 'application/json',
    data: {
      connection: { id: client.id, displayName: 'Test' },
      user: {
        id,
        externalId: 'a-1',
        userName: 'ann@acme.example',
        email: 'ann@acme.example',
        firstName: 'Ann',
        lastName: 'Lee',
        displayName: 'Ann Lee',
        active: true,
        roles: [],
        custom: {},
        scim: { id, userName: 'ann@acme.example', meta: { resourceType: 'User' } },
      },
      reason: 'scim',
      requestId: expect.any(String),
    },
  });
  expect(events[1].data.changed).toEqual(['lastName', 'displayName', 'name.familyName']);
  expect(events[1].data.previous).toMatchObject({ lastName: 'Lee', displayName: 'Ann Lee' });
  expect(events[2].data.changed).toEqual(['active', 'title']);
  expect(events[4].data.user).toMatchObject({ id, active: false, deletedAt: events[4].time });
});

test('a request that changes nothing has no event', async () => {
  const client = await Client.connect('okta');
  const { id } = await client.user('same@acme.example', { title: 'Dr' });
  await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Dr' });
  await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Prof' });
  const events = await untilEvents(client.id, 3);
  expect(inShort(events)).toEqual(['connection.created', 'user.created', 'user.updated']);
});

test('memberships have events of their own, also those that end with a user', async () => {
  const client = await Client.connect('okta');
  const ann = await client.user('ann@acme.example');
  const bob = await client.user('bob@acme.example');
  const group = await client.group('Staff', [ann.id]);
  await client.patch(`/Groups/${group.id}`, {
    op: 'add',
    path: 'members',
    value: [{ value: bob.id }],
  });
  await client.patch(`/Groups/${group.id}`, {
    op: 'remove',
    path: `members[value eq "${ann.id}"]`,
  });
  await client.delete(`/Users/${bob.id}`);
  const events = await untilEvents(client.id, 9);
  const ofGroup = events.filter(({ subject }) => subject.startsWith(`Groups/${group.id}`));
  expect(ofGroup.map(({ type, subject }) => [type, subject.split('/')[3]])).toEqual([
    ['group.created', undefined],
    ['group.member_added', ann.id],
    ['group.member_added', bob.id],
    ['group.member_removed', ann.id],
    ['group.member_removed', bob.id],
  ]);
  expect(ofGroup[1].data.membership).toEqual({
    groupId: group.id,
    memberId: ann.id,
    memberType: 'User',
  });
  // The group itself was written once.
  expect((await app('GET', `/connections/${client.id}/groups/${group.id}`)).body.sequence).toBe(1);
});

test('a large change of members has one event for each member', async () => {
  const client = await Client.connect('entra');
  const users = await client.users(250, (index) => `u${index}@acme.example`);
  const group = await client.group(
    'All',
    users.map(({ id }) => id as string),
  );
  const events = await untilEvents(client.id, 502);
  const added = events.filter(({ type }) => type === 'group.member_added');
  expect(new Set(added.map(({ subject }) => subject as string)).size).toBe(250);
  await client.delete(`/Groups/${group.id}`);
  const later = await untilEvents(client.id, 753);
  expect(later.filter(({ type }) => type === 'group.member_removed')).toHaveLength(250);
  expect(later.filter(({ type }) => type === 'group.deleted')).toHaveLength(1);
});

test('the bus gets every event of the log, in the form that rules match', async () => {
  const client = await Client.connect('okta');
  await client.user('ann@acme.example');
  const events = await untilEvents(client.id, 2);
  // The bus may get an event twice.
  const onBus = await eventually(
    async () => [
      ...new Map((await busEvents(client.id)).map((event) => [event.detail.id, event])).values(),
    ],
    (found) => found.length >= 2,
  );
  expect(onBus.map(({ detail }) => detail)).toEqual(events);
  expect(onBus[1]).toMatchObject({ Source: 'cdk-scim', DetailType: 'user.created' });
});

test('pages of any size have all events once, and a cursor goes on where it ended', async () => {
  const client = await Client.connect('okta');
  for (let index = 0; index < 12; index += 1) await client.user(`p${index}@acme.example`);
  const events = await untilEvents(client.id, 13);
  const ids = events.map(({ id }) => id as string);
  for (const limit of [1, 5]) {
    expect((await eventsOf(client.id, '', limit)).map(({ id }) => id as string)).toEqual(ids);
  }
  const { body: latest } = await app('GET', '/events?after=latest');
  expect(latest.events).toEqual([]);
  await client.user('later@acme.example');
  const [next] = await eventually(
    () => eventsOf(client.id, latest.nextCursor as string),
    (found) => found.length > 0,
  );
  expect(next.data.user.userName).toBe('later@acme.example');
});

test('events can be read by type', async () => {
  const client = await Client.connect('okta');
  const { id } = await client.user('ann@acme.example');
  await client.delete(`/Users/${id}`);
  await untilEvents(client.id, 3);
  const query = `connection=${client.id}&types=user.deleted,connection.created`;
  const { body } = await app('GET', `/events?${query}`);
  expect(inShort(body.events)).toEqual(['connection.created', 'user.deleted']);
});

test.each([
  ['after=nonsense', /nextCursor/],
  ['types=user.created,user.exploded', /user\.reactivated/],
  ['limit=0', /positive integer/],
])('the query %s gets an answer that says what is wrong', async (query, detail) => {
  const reply = await app('GET', `/events?${query}`);
  expectProblem(reply, 400);
  expect(reply.body.detail).toMatch(detail);
});

test('a resync repeats users, deleted users, groups and members, then says so', async () => {
  const client = await Client.connect('okta');
  const ann = await client.user('ann@acme.example');
  const bob = await client.user('bob@acme.example');
  const group = await client.group('Staff', [ann.id]);
  await client.delete(`/Users/${bob.id}`);
  const before = await untilEvents(client.id, 6);
  const reply = await app('POST', `/connections/${client.id}/resync`);
  expect(reply.status).toBe(202);
  const events = (await untilEvents(client.id, before.length + 5)).slice(before.length);
  expect(events.map(({ type, subject, data }) => [type, subject, data.reason])).toEqual([
    ['user.updated', `Users/${ann.id}`, 'resync'],
    ['user.deleted', `Users/${bob.id}`, 'resync'],
    ['group.updated', `Groups/${group.id}`, 'resync'],
    ['group.member_added', `Groups/${group.id}/members/${ann.id}`, 'resync'],
    ['connection.sync_completed', `connections/${client.id}`, 'resync'],
  ]);
  expect(events[0].data).toMatchObject({ sequence: 1, user: { userName: 'ann@acme.example' } });
  expect(events[1].data.sequence).toBe(2);
  expect(events[4].data.sync).toMatchObject({
    users: 1,
    deletedUsers: 1,
    groups: 1,
    memberships: 1,
  });
});

test('a deleted connection is one event, and its other events are gone', async () => {
  const client = await Client.connect('okta');
  await client.user('secret-name@acme.example');
  await untilEvents(client.id, 2);
  await admin('DELETE', `/connections/${client.id}`);
  const events = await eventually(
    () => eventsOf(client.id),
    (found) => inShort(found).join() === 'connection.created,connection.deleted',
  );
  expect(JSON.stringify(events)).not.toContain('secret-name');
});

test('a user who is erased leaves ids in events and nothing else', async () => {
  const client = await Client.connect('okta', { userDeletion: 'erase' });
  const { id } = await client.user('secret-name@acme.example', { title: 'Secret' });
  await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Hidden' });
  expect(JSON.stringify(await untilEvents(client.id, 3))).toContain('secret-name');
  await client.delete(`/Users/${id}`);
  const events = await eventually(
    () => eventsOf(client.id),
    (found) => found.length === 4 && !/secret|hidden/i.test(JSON.stringify(found)),
  );
  expect(events.slice(1).map(({ type, data }) => [type, data.user])).toEqual([
    ['user.created', { id }],
    ['user.updated', { id }],
    ['user.deleted', { id }],
  ]);
});

test('an event that is too large has the resource by reference', async () => {
  const client = await Client.connect('okta');
  const photos = Array.from({ length: 100 }, (_, index) => ({
    value: `https://acme.example/${'x'.repeat(2900)}/${index}`,
  }));
  const { id } = await client.user('large@acme.example', { photos });
  const [, event] = await untilEvents(client.id, 2);
  expect(event.data).toMatchObject({
    truncated: true,
    user: { id, userName: 'large@acme.example' },
  });
  expect(event.data.user.scim).toBeUndefined();
  expect(JSON.stringify(event).length).toBeLessThan(256 * 1024);
  const { body } = await app('GET', `/connections/${client.id}/users/${id}`);
  expect(body.scim.photos).toHaveLength(100);
});

test('settings of a connection that the application may care about have an event', async () => {
  const client = await Client.connect('okta');
  await admin('PATCH', `/connections/${client.id}`, { displayName: 'Acme', enabled: false });
  // A new token changes nothing for the application.
  await admin('POST', `/connections/${client.id}/tokens`);
  await admin('PATCH', `/connections/${client.id}`, { enabled: true });
  const events = await untilEvents(client.id, 3);
  expect(events.slice(1).map(({ data }) => data.changed)).toEqual([
    ['displayName', 'enabled'],
    ['enabled'],
  ]);
});
