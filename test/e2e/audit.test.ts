import { admin, Client, expectProblem, type Body } from '../support/client';

const actionsOf = async (client: Client): Promise<Body[]> =>
  (await admin('GET', `/connections/${client.id}/audit`)).body.acts;

test('every admin action is recorded with its actor and its changes', async () => {
  const client = await Client.connect('okta');
  const path = `/connections/${client.id}`;
  const urn = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
  await admin('PATCH', path, { enabled: false, displayName: 'Renamed' });
  await admin('PATCH', path, { enabled: false });
  const { body: token } = await admin('POST', `${path}/tokens`, { scopes: ['users:read'] });
  await admin('DELETE', `${path}/tokens/${token.id}`);
  await admin('PUT', `${path}/schemas/${urn}`, { name: 'Acme', attributes: [{ name: 'team' }] });
  await admin('DELETE', `${path}/schemas/${urn}`);

  const records = await actionsOf(client);
  expect(records.map(({ action }) => action)).toEqual([
    'schema.delete',
    'schema.put',
    'token.revoke',
    'token.issue',
    'connection.update',
    'connection.create',
  ]);
  expect(new Set(records.map(({ actor }) => actor))).toEqual(
    new Set(['arn:aws:iam::000000000000:user/local']),
  );
  const times = records.map(({ at }) => Date.parse(at));
  expect(times).toEqual([...times].sort((a, b) => b - a));
  expect(records[4]).toMatchObject({
    before: { enabled: true, displayName: 'Test' },
    after: { enabled: false, displayName: 'Renamed' },
  });
  expect(records[1]).toMatchObject({
    before: { schemas: {} },
    after: { schemas: { [urn]: ['team'] } },
  });
  expect(records[3]).toMatchObject({
    before: { tokens: {} },
    after: { tokens: { [token.id]: { scopes: ['users:read'] } } },
  });
  expect(records[2]).toMatchObject({
    before: { tokens: { [token.id]: {} } },
    after: { tokens: {} },
  });
});

test('a rotation is recorded with the ids of new and ended tokens, not their values', async () => {
  const client = await Client.connect('generic');
  const { body: token } = await admin('POST', `/connections/${client.id}/tokens`);
  const { text } = await admin('GET', `/connections/${client.id}/audit`);
  const [ended, issued] = await actionsOf(client);
  expect(issued).toMatchObject({
    before: { tokens: {} },
    after: { tokens: { [token.id]: { pending: true } } },
  });
  const first = client.token.split('_')[2] ?? '';
  expect(Object.keys(ended.before.tokens).sort()).toEqual([first, token.id].sort());
  expect(Object.keys(ended.after.tokens)).toEqual([token.id]);
  for (const value of [client.token, token.value]) expect(text).not.toContain(value.slice(-20));
});

test('the audit log is read in pages', async () => {
  const client = await Client.connect('generic');
  for (const displayName of ['A', 'B', 'C', 'D'])
    await admin('PATCH', `/connections/${client.id}`, { displayName });
  const names: string[] = [];
  let cursor = '';
  do {
    const { body } = await admin('GET', `/connections/${client.id}/audit?limit=2${cursor}`);
    names.push(...body.acts.map(({ after }: Body) => after.displayName));
    cursor = body.nextCursor === undefined ? '' : `&cursor=${body.nextCursor}`;
  } while (cursor !== '');
  expect(names).toEqual(['D', 'C', 'B', 'A', 'Test']);
  expectProblem(await admin('GET', `/connections/${client.id}/audit?cursor=nonsense`), 400);
});
