import { admin, ENTERPRISE } from '../../support/client';
import { Entra, Okta, person, seen, setUp } from './identity-providers';

/** Story A: users only, from Entra ID and Okta. */

test('Entra ID syncs users with five mappings, and a rehired user keeps the same id', async () => {
  const setup = await setUp({ identityProvider: 'entra', groups: false });
  expect(setup.baseUrl).toMatch(/^https?:\/\/[^/]+\/scim\/v2\/connections\/[a-z0-9-]+$/);
  const entra = new Entra(setup);
  const tested = await entra.testConnection();
  expect([tested.status, tested.body.totalResults]).toEqual([200, 0]);

  const ada = person('Ada');
  const id = await entra.provision(ada);
  expect(await seen(entra.client, ada.userName)).toMatchObject({
    id,
    userName: ada.userName,
    name: { givenName: 'Ada', familyName: 'Doe' },
    emails: [{ type: 'work', value: ada.email }],
    active: true,
  });
  // Provision on demand, for a user that already exists.
  expect(await entra.provision({ ...ada, familyName: 'Lovelace' })).toBe(id);

  await entra.deactivate(id);
  expect(await seen(entra.client, ada.userName)).toMatchObject({
    id,
    active: false,
    name: { familyName: 'Lovelace' },
  });
  await entra.restore(id);
  expect((await seen(entra.client, ada.userName)).active).toBe(true);

  // Entra ID deletes a user for good after thirty days. A rehired user is revived with the same id.
  await entra.deactivate(id);
  await entra.delete(id);
  expect(await seen(entra.client, ada.userName)).toBeUndefined();
  expect(await entra.provision(ada)).toBe(id);
});

test('users keep syncing although Entra ID also queries groups', async () => {
  const entra = new Entra(await setUp({ identityProvider: 'entra', groups: false }));
  expect((await entra.probeGroups()).body.totalResults).toBe(0);
  await entra.provision(person('Grace'));
  const { body } = await entra.client.get('/ResourceTypes');
  expect(JSON.stringify(body)).not.toContain('Group"');
});

test('Okta tests its credentials, and creates, updates and deactivates users', async () => {
  const okta = new Okta(await setUp({ identityProvider: 'okta', groups: false }));
  expect((await okta.testCredentials()).status).toBe(200);
  const alan = person('Alan');
  const id = await okta.provision(alan);
  await okta.update(id, { title: 'Fellow', [ENTERPRISE]: { department: 'Hut 8' } });
  expect(await seen(okta.client, alan.userName)).toMatchObject({
    title: 'Fellow',
    [ENTERPRISE]: { department: 'Hut 8' },
  });
  await okta.deactivate(id);
  expect(await seen(okta.client, alan.userName)).toMatchObject({
    id,
    active: false,
    title: 'Fellow',
  });
  expect(await okta.provision(alan)).toBe(id);
  expect((await seen(okta.client, alan.userName)).active).toBe(true);
});

test('a connection that moves from Entra ID to Okta keeps its users', async () => {
  const setup = await setUp({ identityProvider: 'entra', groups: false });
  const ada = person('Moved');
  const id = await new Entra(setup).provision(ada);
  const path = `/connections/${String(setup.connection.id)}`;
  expect((await admin('PATCH', path, { identityProvider: 'okta' })).status).toBe(200);
  const { body } = await admin('POST', `${path}/tokens`);
  expect((await new Entra(setup).testConnection()).status).toBe(401);
  expect(await new Okta({ ...setup, token: body.value as string }).provision(ada)).toBe(id);
});
