import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import {
  ExpiredCursorError,
  ScimAdminClient,
  ScimClient,
  ScimClientError,
  verifyWebhook,
  WebhookVerificationError,
  type ScimEvent,
} from '../../client';
import { EVENT_TYPES as BUS_TYPES } from '../../lambdas/contract';
import { LOGGED_TYPES } from '../../directory/events/event';
import { Client, server } from '../support/client';
import { untilEvents } from '../support/events';

const scim = new ScimClient({ url: server().appUrl });

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of list) found.push(each);
  return found;
}

test('users, groups and members are lists of any length', async () => {
  const client = await Client.connect('okta');
  const users = await client.users(130, (index) => `u${index}@acme.example`);
  const ids = users.map(({ id }) => id as string).sort();
  const group = await client.group('All', ids);
  const found = await all(scim.users(client.id));
  expect(found.map(({ id }) => id)).toEqual(ids);
  expect(await all(scim.users(client.id, { active: false }))).toEqual([]);
  expect((await all(scim.members(client.id, group.id as string))).length).toBe(130);
  expect(await all(scim.groups(client.id))).toMatchObject([{ id: group.id, memberCount: 130 }]);
  expect(await scim.user(client.id, ids[0] ?? '')).toMatchObject({ id: ids[0], sequence: 1 });
  expect(await scim.user(client.id, 'none')).toBeUndefined();
  expect(await scim.group(client.id, 'none')).toBeUndefined();
  const connections = await all(scim.connections());
  expect(connections).toContainEqual(expect.objectContaining({ id: client.id, users: 130 }));
});

test('resource types are defined, and their resources published', async () => {
  const { id } = await Client.connect('okta');
  const admin = new ScimAdminClient({ url: server().adminUrl });
  expect(await admin.resourceTypes.put(id, 'Role', { preset: 'oktaRole' })).toMatchObject({
    name: 'Role',
    endpoint: '/Roles',
    managedBy: 'application',
  });
  expect((await admin.resourceTypes.list(id)).map(({ name }) => name)).toEqual(['Role']);
  // More than one call takes; most are refused, because the stream has to deliver the others.
  const wrong = Array.from({ length: 505 }, (_, index) => ({ id: `wrong/${index}` }));
  const roles = ['role-1', 'role-2'].map((name) => ({ id: name, displayName: name }));
  const result = await scim.publish(id, 'Role', [
    ...roles.slice(0, 1),
    ...wrong,
    ...roles.slice(1),
  ]);
  expect(result).toMatchObject({ created: 2, updated: 0, unchanged: 0 });
  expect(result.problems.map(({ index }) => index)).toEqual(wrong.map((_, index) => index + 1));
  expect(result.problems.at(-1)).toMatchObject({ index: 505, id: 'wrong/504', status: 400 });
  expect(await scim.publish(id, 'Role', roles)).toMatchObject({ unchanged: 2 });
  expect((await all(scim.resources(id, 'Role'))).map((role) => role.id)).toEqual([
    'role-1',
    'role-2',
  ]);
  expect(await scim.resource(id, 'Role', 'role-2')).toMatchObject({ displayName: 'role-2' });
  await expect(admin.resourceTypes.delete(id, 'Role')).rejects.toMatchObject({ status: 409 });
  await scim.unpublish(id, 'Role', 'role-2');
  await scim.unpublish(id, 'Role', 'role-2');
  expect(await scim.resource(id, 'Role', 'role-2')).toBeUndefined();
  const { id: other } = await Client.connect('okta');
  expect(await admin.resourceTypes.get(other, 'Role')).toBeUndefined();
  await admin.resourceTypes.put(other, 'Role', { preset: 'oktaRole' });
  await admin.resourceTypes.delete(other, 'Role');
  expect(await admin.resourceTypes.list(other)).toEqual([]);
});

test('events are typed by their type, and pages have a cursor to go on with', async () => {
  const client = await Client.connect('okta');
  await client.user('ann@acme.example');
  await untilEvents(client.id, 2);
  const names: (string | undefined)[] = [];
  for await (const event of scim.events({ connection: client.id })) {
    if (event.type === 'user.created') names.push(event.data.user.userName);
  }
  expect(names).toEqual(['ann@acme.example']);
  const pages = await all(scim.eventPages({ connection: client.id }));
  const after = pages.at(-1)?.nextCursor;
  expect(await all(scim.events({ connection: client.id, after }))).toEqual([]);
});

test('a cursor that is no longer valid is an error with the oldest cursor', async () => {
  const after = Buffer.from(JSON.stringify({ e: 'other', p: {} })).toString('base64url');
  const error = await all(scim.events({ after })).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ExpiredCursorError);
  const { oldestCursor } = error as ExpiredCursorError;
  expect((await all(scim.events({ after: oldestCursor }))).length).toBeGreaterThan(0);
});

test('errors say what is wrong', async () => {
  await expect(all(scim.users('none'))).rejects.toThrow(/404: There is no connection "none"/);
  const nowhere = new ScimClient({ url: 'http://127.0.0.1:1/app' });
  await expect(nowhere.resync('x')).rejects.toBeInstanceOf(ScimClientError);
  const remote = new ScimClient({ url: 'https://a.execute-api.eu-central-1.amazonaws.com/scim' });
  await expect(remote.resync('x')).rejects.toThrow(/credentials/);
});

test('candidates and conflicts', async () => {
  const client = await Client.connect('okta', { adoption: 'userName' });
  await scim.putCandidates(client.id, [
    { applicationId: '1', userName: 'ann@acme.example' },
    { applicationId: '2', userName: 'ann@acme.example' },
  ]);
  await client.post('/Users', { userName: 'ann@acme.example' });
  expect(await scim.conflicts(client.id)).toMatchObject([{ applicationIds: ['1', '2'] }]);
  await scim.deleteCandidate(client.id, '2');
  await scim.deleteCandidate(client.id, '2');
});

test('verifyWebhook accepts what Standard Webhooks signs, and nothing else', () => {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const other = `whsec_${randomBytes(32).toString('base64')}`;
  const body = '{"type":"user.created"}';
  const now = new Date();
  const signature = new Webhook(secret).sign('1', now, body);
  const signed = (changes: Record<string, string> = {}) => ({
    'Webhook-Id': '1',
    'Webhook-Timestamp': String(Math.floor(now.getTime() / 1000)),
    'Webhook-Signature': `v1,AAAA ${signature}`,
    ...changes,
  });
  expect(verifyWebhook({ headers: signed(), body }, secret).type).toBe('user.created');
  const headers = new Headers(signed());
  expect(verifyWebhook({ headers, body: Buffer.from(body) }, [other, secret])).toBeDefined();
  const refused = [
    () => verifyWebhook({ headers, body: `${body} ` }, secret),
    () => verifyWebhook({ headers, body }, other),
    () => verifyWebhook({ headers, body }, 'whsec_AAAA'),
    () => verifyWebhook({ headers, body }, ''),
    () => verifyWebhook({ headers: {}, body }, secret),
    () => verifyWebhook({ headers: signed({ 'Webhook-Id': '2' }), body }, secret),
    () => verifyWebhook({ headers: signed({ 'Webhook-Timestamp': '1' }), body }, secret),
    () => verifyWebhook({ headers: signed({ 'Webhook-Timestamp': 'x' }), body }, secret),
  ];
  for (const each of refused) expect(each).toThrow(WebhookVerificationError);
});

test('the client, the bus and the log know the same types of events', () => {
  const known: Record<ScimEvent['type'], true> = {
    'user.created': true,
    'user.updated': true,
    'user.deactivated': true,
    'user.reactivated': true,
    'user.deleted': true,
    'group.created': true,
    'group.updated': true,
    'group.deleted': true,
    'group.member_added': true,
    'group.member_removed': true,
    'resource.created': true,
    'resource.updated': true,
    'resource.deleted': true,
    'connection.created': true,
    'connection.updated': true,
    'connection.deleted': true,
    'connection.sync_completed': true,
  };
  expect(Object.keys(known)).toEqual(LOGGED_TYPES);
  expect(BUS_TYPES).toEqual(LOGGED_TYPES);
});

test('an id that would name another resource is refused', async () => {
  const admin = new ScimAdminClient({ url: server().adminUrl });
  const { id } = await Client.connect('okta');
  for (const other of ['', '.', '..', '%2e%2E']) {
    await expect(admin.revokeToken(id, other)).rejects.toThrow(/404|empty or consists of dots/);
    await expect(scim.resync(other)).rejects.toBeInstanceOf(ScimClientError);
  }
  await expect(scim.resync(`${id}/resync?`)).rejects.toBeInstanceOf(ScimClientError);
  expect(await admin.connection(id)).toMatchObject({ id, enabled: true });
});
