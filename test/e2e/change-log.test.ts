import { admin, Client, ENTERPRISE, send, USER, type Body } from '../support/client';
import { eventually } from '../support/own-server';

/**
 * Changes in the provisioning log, as operators read them through the admin API. They are written
 * from the table's stream, so they appear with a short delay.
 */

let client: Client;

beforeAll(async () => {
  client = await Client.connect('entra');
});

/** Returns the entries of the log, newest first, once there are at least `count` of them. */
async function entries(count: number, query = '', id = client.id): Promise<readonly Body[]> {
  const { requests } = await eventually(
    async () => (await admin('GET', `/connections/${id}/requests?limit=100${query}`)).body,
    ({ requests: found }) => found.length >= count,
  );
  expect(requests).toHaveLength(count);
  return requests;
}

test('each change is logged with its values, token, request id and latency', async () => {
  const user = await client.user('bjensen@acme.example', {
    externalId: 'e1',
    password: 'Hunter2!',
    [ENTERPRISE]: { department: 'Tours' },
  });
  const headers = {
    Authorization: `Bearer ${client.token}`,
    'Content-Type': 'application/scim+json',
  };
  await send('GET', `${client.baseUrl}/Users/${user.id}`, headers);
  await client.patch(
    `/Users/${user.id}`,
    { op: 'replace', path: 'active', value: false },
    { op: 'replace', path: `${ENTERPRISE}:department`, value: 'Sales' },
  );
  await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'active', value: false });
  await client.delete(`/Users/${user.id}`);
  const found = await entries(3);
  expect(
    found.map(({ kind, action, resourceType, name, externalId }) => [
      kind,
      action,
      resourceType,
      name,
      externalId,
    ]),
  ).toEqual(
    ['deleted', 'changed', 'created'].map((action) => [
      'change',
      action,
      'User',
      'bjensen@acme.example',
      'e1',
    ]),
  );
  expect(found[1]).toMatchObject({
    resourceId: user.id,
    token: client.token.split('_')[2],
    requestId: expect.stringMatching(/./),
    changes: [
      { attribute: 'active', from: true, to: false },
      { attribute: `${ENTERPRISE}:department`, from: 'Tours', to: 'Sales' },
    ],
  });
  for (const { latency, at } of found) {
    expect(latency).toBeGreaterThanOrEqual(0);
    expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(60_000);
  }
  expect(JSON.stringify(found)).not.toContain('Hunter2');
});

test('a revived user is logged as restored and found by userName and id', async () => {
  await client.user('bjensen@acme.example', { externalId: 'e1' });
  const [restored] = await entries(4);
  expect(restored).toMatchObject({ action: 'restored', name: 'bjensen@acme.example' });
  await entries(4, `&resource=${restored?.resourceId}`);
  await entries(4, '&userName=BJENSEN@acme.example');
  await entries(0, '&kind=failure');
  expect(await entries(1, '&action=deleted')).toMatchObject([
    { kind: 'change', action: 'deleted' },
  ]);
  await entries(0, `&to=${new Date(Date.now() - 600_000).toISOString()}`);
});

test('member changes are logged as counts; a user deletion is not logged per group', async () => {
  const other = await Client.connect('generic');
  const crowd = await other.users(130, (index) => `crowd${index}`);
  const ids = crowd.map(({ id }) => String(id));
  const group = await other.group('Everybody', ids);
  await other.patch(`/Groups/${group.id}`, { op: 'remove', path: `members[value eq "${ids[0]}"]` });
  await other.delete(`/Users/${ids[1]}`);
  // The stream has passed the deletion when this one is logged; entries of one batch are written
  // at the same time.
  await other.patch(`/Groups/${group.id}`, { op: 'replace', path: 'displayName', value: 'All' });
  const found = await eventually(
    async () =>
      (await admin('GET', `/connections/${other.id}/requests?resource=${group.id}`)).body.requests,
    (log: readonly Body[]) => log.length >= 3 && log[0]?.name === 'All',
  );
  expect(found.map(({ action, members, changes }: Body) => [action, members, changes])).toEqual([
    ['changed', undefined, [{ attribute: 'displayName', from: 'Everybody', to: 'All' }]],
    ['changed', { added: 0, removed: 1, ids: [ids[0]] }, []],
    [
      'created',
      { added: 130, removed: 0, ids: expect.any(Array) },
      [{ attribute: 'displayName', to: 'Everybody' }],
    ],
  ]);
  const ofOne = await entries(3, `&resource=${ids[0]}`, other.id);
  expect(ofOne.map(({ resourceType, action }) => [resourceType, action])).toEqual([
    ['Group', 'changed'],
    ['Group', 'created'],
    ['User', 'created'],
  ]);
});

test('bulk operations have an entry each, in chronological order with failures', async () => {
  const other = await Client.connect('generic');
  const operations = ['one', 'two'].map((userName) => ({
    method: 'POST',
    bulkId: userName,
    path: '/Users',
    data: { schemas: [USER], userName },
  }));
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
  await other.post('/Bulk', { schemas, Operations: operations });
  await other.post('/Users', { schemas: [USER], userName: 'one' });
  await other.user('three');
  const found = await entries(4, '', other.id);
  expect(found.map(({ kind, name }) => [kind, name])).toEqual([
    ['change', 'three'],
    ['failure', 'one'],
    ['change', expect.any(String)],
    ['change', expect.any(String)],
  ]);
  const { body: first } = await admin('GET', `/connections/${other.id}/requests?limit=2`);
  const { body: second } = await admin(
    'GET',
    `/connections/${other.id}/requests?limit=5&cursor=${first.nextCursor}`,
  );
  expect([...first.requests, ...second.requests]).toEqual(found);
  expect(second.nextCursor).toBeUndefined();
});

test('with userDeletion erase, changes are logged without names and values', async () => {
  const other = await Client.connect('generic', { userDeletion: 'erase' });
  const user = await other.user('erased@acme.example', {
    externalId: 'erased-outside',
    title: 'Guide',
  });
  await other.delete(`/Users/${user.id}`);
  const found = await entries(2, '', other.id);
  expect(found.map(({ action, resourceId }) => [action, resourceId])).toEqual([
    ['deleted', user.id],
    ['created', user.id],
  ]);
  expect(JSON.stringify(found)).not.toMatch(/erased|Guide/);
  expect(found[1]?.changes).toContainEqual({ attribute: 'title' });
  expect(found[1]?.changes).toContainEqual({ attribute: 'active', to: true });
});
