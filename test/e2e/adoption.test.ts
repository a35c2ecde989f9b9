import { admin, app, Client, expectError, expectProblem, type Body } from '../support/client';
import { eventsOf, untilEvents } from '../support/events';
import { eventually } from '../support/own-server';

const register = (client: Client, ...candidates: readonly object[]): Promise<unknown> =>
  app('PUT', `/connections/${client.id}/candidates`, { candidates });

const conflictsOf = async (client: Client): Promise<Body[]> =>
  (await app('GET', `/connections/${client.id}/conflicts`)).body.conflicts as Body[];

const userOf = async (client: Client, id: string): Promise<Body> =>
  (await app('GET', `/connections/${client.id}/users/${id}`)).body;

test.each([
  ['externalId', { externalId: 'e-1' }, { externalId: 'e-1' }],
  ['userName', { userName: 'ANN@acme.example' }, {}],
  [
    'verifiedEmail',
    { email: 'a.lee@ACME.example' },
    { emails: [{ value: 'A.Lee@acme.example', type: 'work' }] },
  ],
])('with the policy %s, a new user adopts the candidate that matches', async (...row) => {
  const [adoption, candidate, attributes] = row;
  const client = await Client.connect('entra', { adoption, verifiedDomains: ['acme.example'] });
  await register(client, { applicationId: 'app-1', ...candidate });
  // A candidate is no user: lookups do not find it, and it does not stand in the way.
  expect(await client.search('/Users', 'userName eq "ann@acme.example"')).toEqual([]);
  const user = await client.user('ann@acme.example', attributes);
  expect(await userOf(client, user.id as string)).toMatchObject({ applicationId: 'app-1' });
  const [, created] = await untilEvents(client.id, 2);
  expect(created.data).toMatchObject({ reason: 'adopt', user: { applicationId: 'app-1' } });
  expect(await client.search('/Users', 'userName eq "ann@acme.example"')).toHaveLength(1);
});

test.each([
  ['off', ['acme.example']],
  ['verifiedEmail', ['other.example']],
  ['externalId', []],
])('with the policy %s and domains %p, an address alone adopts nobody', async (...row) => {
  const [adoption, verifiedDomains] = row;
  const client = await Client.connect('entra', { adoption, verifiedDomains });
  await register(client, { applicationId: 'app-1', email: 'ann@acme.example' });
  const user = await client.user('ann@acme.example', {
    emails: [{ value: 'ann@acme.example', type: 'work' }],
  });
  expect((await userOf(client, user.id as string)).applicationId).toBeUndefined();
});

test('a user who matches several candidates is a conflict until one is chosen', async () => {
  const client = await Client.connect('okta', { adoption: 'userName' });
  const [first, second] = ['app-1', 'app-2'].map((applicationId) => ({
    applicationId,
    userName: 'ann@acme.example',
  }));
  await register(client, first ?? {}, second ?? {});
  const body = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'ann@acme.example',
  };
  for (let attempt = 0; attempt < 2; attempt += 1) {
    expectError(await client.post('/Users', body), 409, 'uniqueness');
  }
  expect(await conflictsOf(client)).toMatchObject([
    {
      userName: 'ann@acme.example',
      applicationIds: ['app-1', 'app-2'],
      advice: expect.any(String),
    },
  ]);
  const path = `/connections/${client.id}/candidates/app-2`;
  expect((await app('DELETE', path)).status).toBe(204);
  expectProblem(await app('DELETE', path), 404);
  const { id } = await client.user('ann@acme.example');
  expect((await userOf(client, id as string)).applicationId).toBe('app-1');
  expect(await conflictsOf(client)).toEqual([]);
});

test('a candidate is adopted once, however many users come at the same time', async () => {
  const client = await Client.connect('okta', { adoption: 'externalId' });
  await register(client, { applicationId: 'app-1', externalId: 'same' });
  const users = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      client.user(`u${index}@acme.example`, { externalId: 'same' }),
    ),
  );
  const adopted = await Promise.all(users.map(({ id }) => userOf(client, id as string)));
  expect(adopted.filter(({ applicationId }) => applicationId === 'app-1')).toHaveLength(1);
});

test('a user who was deleted and comes back keeps its applicationId', async () => {
  const client = await Client.connect('okta', { adoption: 'userName' });
  await register(client, { applicationId: 'app-1', userName: 'ann@acme.example' });
  const { id } = await client.user('ann@acme.example');
  await client.delete(`/Users/${id}`);
  expect((await client.user('ann@acme.example')).id).toBe(id);
  expect((await userOf(client, id as string)).applicationId).toBe('app-1');
});

test('erasing an adopted user erases what its candidate had', async () => {
  const client = await Client.connect('okta', { adoption: 'userName', userDeletion: 'erase' });
  const candidate = { applicationId: 'app-1', userName: 'ann@acme.example', email: 'a@b.example' };
  await register(client, candidate);
  const { id } = await client.user('ann@acme.example');
  await client.delete(`/Users/${id}`);
  await eventually(
    () => eventsOf(client.id),
    (events) => events.length === 3 && !JSON.stringify(events).includes('ann@'),
  );
  // The name is free again, and nobody is adopted.
  const again = await client.user('ann@acme.example');
  expect((await userOf(client, again.id as string)).applicationId).toBeUndefined();
});

test.each([
  [{ candidates: [{ applicationId: 'a' }] }, '/candidates/0'],
  [{ candidates: [{ applicationId: 'a b', userName: 'x' }] }, '/candidates/0/applicationId'],
  [{ candidates: [{ applicationId: 'a', email: 'x' }] }, '/candidates/0/email'],
  [{}, '/candidates'],
])('%j is refused as candidates', async (body, pointer) => {
  const client = await Client.connect('okta');
  const reply = await app('PUT', `/connections/${client.id}/candidates`, body);
  expectProblem(reply, 400);
  expect(reply.body.errors[0].pointer).toBe(pointer);
});

test('the policy and its domains are settings of a connection', async () => {
  const { id } = await Client.connect('okta', { adoption: 'verifiedEmail' });
  const reply = await admin('PATCH', `/connections/${id}`, { verifiedDomains: ['Acme.Example'] });
  expect(reply.body).toMatchObject({
    adoption: 'verifiedEmail',
    verifiedDomains: ['acme.example'],
  });
  expectProblem(await admin('PATCH', `/connections/${id}`, { verifiedDomains: ['acme'] }), 400);
});
