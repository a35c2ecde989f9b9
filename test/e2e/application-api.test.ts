import { app, Client, ENTERPRISE, expectProblem, type Body } from '../support/client';

test('the application reads connections, users, groups and members', async () => {
  const client = await Client.connect('okta');
  const ann = await client.user('ann@acme.example', {
    title: 'Director',
    phoneNumbers: [
      { type: 'mobile', value: '1' },
      { type: 'work', value: '2' },
    ],
    addresses: [{ type: 'work', streetAddress: 'Way 1', postalCode: '10', locality: 'Ely' }],
    [ENTERPRISE]: { department: 'Board', manager: { value: 'boss' } },
  });
  const bob = await client.user('bob@acme.example', { active: false });
  const group = await client.group('Staff', [ann.id]);
  const path = `/connections/${client.id}`;
  expect((await app('GET', `${path}/users/${ann.id}`)).body).toMatchObject({
    title: 'Director',
    phone: '2',
    mobile: '1',
    address: 'Way 1, 10 Ely',
    department: 'Board',
    manager: 'boss',
    sequence: 1,
  });
  const idsOf = async (query: string): Promise<string[]> =>
    (await app('GET', `${path}/users?${query}`)).body.users.map(({ id }: Body) => id as string);
  expect(await idsOf('')).toEqual([ann.id, bob.id]);
  expect(await idsOf('active=false')).toEqual([bob.id]);
  expect(await idsOf(`updatedSince=${bob.meta.lastModified}`)).toEqual([bob.id]);
  const { body: first } = await app('GET', `${path}/users?limit=1`);
  expect(await idsOf(`limit=1&cursor=${first.nextCursor}`)).toEqual([bob.id]);
  const { body: members } = await app('GET', `${path}/groups/${group.id}/members`);
  expect(members.members).toMatchObject([{ id: ann.id, type: 'User' }]);
  expect((await app('GET', `${path}/groups`)).body.groups).toMatchObject([
    { id: group.id, displayName: 'Staff', memberCount: 1 },
  ]);
  await client.delete(`/Users/${bob.id}`);
  expect(await idsOf('deleted=true')).toEqual([bob.id]);
  const { body: deleted } = await app('GET', `${path}/users/${bob.id}`);
  expect(deleted).toMatchObject({ active: false, deletedAt: expect.any(String), sequence: 2 });
});

test.each([
  ['GET', '/connections/none/users', 404],
  ['GET', '/nothing', 404],
  ['DELETE', '/events', 405],
  ['GET', '/connections/CONNECTION/users?active=maybe', 400],
  ['GET', '/connections/CONNECTION/users?updatedSince=yesterday', 400],
  ['GET', '/connections/CONNECTION/users/none', 404],
  ['GET', '/connections/CONNECTION/groups/none/members', 404],
  ['GET', '/connections/CONNECTION/users?cursor=none', 400],
])('%s %s gets %s with problem details', async (method, path, status) => {
  const client = await Client.connect('okta');
  expectProblem(await app(method, path.replace('CONNECTION', client.id)), status);
});
