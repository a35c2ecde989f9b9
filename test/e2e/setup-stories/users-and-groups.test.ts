import { admin, type Client, type Body } from '../../support/client';
import { Entra, JumpCloud, Okta, person, seen, setUp } from './identity-providers';

/**
 * Story B: users and groups from three identity providers. The application reads groups as roles of
 * the same name.
 */

/** Returns the names of a user's roles, sorted. */
async function roles(client: Client, userName: string): Promise<string[]> {
  const user = await seen(client, userName);
  return ((user.groups ?? []) as Body[]).map(({ display }) => display as string).sort();
}

/** All attributes of the story, as the application reads them. */
const ATTRIBUTES = {
  phoneNumbers: [
    { type: 'mobile', value: '+1 555 0100' },
    { type: 'work', value: '+1 555 0101' },
  ],
  title: 'Engineer',
  addresses: [
    {
      type: 'work',
      streetAddress: '1 Main St',
      locality: 'Springfield',
      region: 'IL',
      postalCode: '62701',
      country: 'US',
    },
  ],
};

test('Entra ID provisions attributes and groups, deactivates and restores users', async () => {
  const entra = new Entra(await setUp({ identityProvider: 'entra' }));
  expect((await entra.testConnection()).status).toBe(200);
  const ada = person('Ada', {
    'phoneNumbers[type eq "mobile"].value': '+1 555 0100',
    'phoneNumbers[type eq "work"].value': '+1 555 0101',
    title: 'Engineer',
    'addresses[type eq "work"].streetAddress': '1 Main St',
    'addresses[type eq "work"].locality': 'Springfield',
    'addresses[type eq "work"].region': 'IL',
    'addresses[type eq "work"].postalCode': '62701',
    'addresses[type eq "work"].country': 'US',
  });
  const [adaId, graceId] = [await entra.provision(ada), await entra.provision(person('Grace'))];
  expect(await seen(entra.client, ada.userName)).toMatchObject(ATTRIBUTES);

  const admins = await entra.provisionGroup('Admins', [adaId, graceId]);
  await entra.provisionGroup('Users', [adaId]);
  expect(await roles(entra.client, ada.userName)).toEqual(['Admins', 'Users']);
  await entra.changeMembers(admins, 'Remove', [adaId]);
  expect(await roles(entra.client, ada.userName)).toEqual(['Users']);
  await entra.deleteGroup(admins);
  expect(await roles(entra.client, 'grace@acme.example')).toEqual([]);

  await entra.deactivate(adaId);
  expect(await seen(entra.client, ada.userName)).toMatchObject({ active: false, ...ATTRIBUTES });
  await entra.restore(adaId);
  expect(await seen(entra.client, ada.userName)).toMatchObject({
    id: adaId,
    active: true,
    ...ATTRIBUTES,
  });
});

test('Okta pushes groups; pushing again replaces their name and members', async () => {
  const okta = new Okta(await setUp({ identityProvider: 'okta' }));
  expect((await okta.testCredentials()).status).toBe(200);
  const ada = person('Ada', ATTRIBUTES);
  const [adaId, graceId] = [await okta.provision(ada), await okta.provision(person('Grace'))];
  expect(await seen(okta.client, ada.userName)).toMatchObject(ATTRIBUTES);
  const editors = await okta.pushGroup('Editors', [adaId, graceId]);
  expect(await roles(okta.client, ada.userName)).toEqual(['Editors']);
  await okta.replaceMembers(editors, 'Writers', [graceId]);
  expect(await roles(okta.client, ada.userName)).toEqual([]);
  expect(await roles(okta.client, 'grace@acme.example')).toEqual(['Writers']);
  await okta.deactivate(graceId);
  expect(await roles(okta.client, 'grace@acme.example')).toEqual(['Writers']);
  await okta.deleteGroup(editors);
  expect(await roles(okta.client, 'grace@acme.example')).toEqual([]);
});

test('JumpCloud activates with a test user and reuses existing groups by name', async () => {
  const jumpcloud = new JumpCloud(await setUp({ identityProvider: 'jumpcloud' }));
  await jumpcloud.activate('nobody-yet@acme.example');
  expect((await jumpcloud.client.get('/Users')).body.totalResults).toBe(0);
  const ada = person('Ada', { title: 'Engineer', addresses: ATTRIBUTES.addresses });
  const id = await jumpcloud.provision(ada);
  expect(await seen(jumpcloud.client, ada.userName)).toMatchObject({
    title: 'Engineer',
    active: true,
  });
  const group = await jumpcloud.provisionGroup('Operators', [id]);
  expect(await jumpcloud.provisionGroup('Operators', [id])).toBe(group);
  expect(await roles(jumpcloud.client, ada.userName)).toEqual(['Operators']);
  await jumpcloud.deactivate(id, ada);
  expect(await seen(jumpcloud.client, ada.userName)).toMatchObject({ id, active: false });
  expect(await jumpcloud.provision(ada)).toBe(id);
  expect((await seen(jumpcloud.client, ada.userName)).active).toBe(true);
});

test('rotating a lost token ends the previous one', async () => {
  const setup = await setUp({ identityProvider: 'entra' });
  const { body } = await admin('POST', `/connections/${String(setup.connection.id)}/tokens`);
  expect((await new Entra(setup).testConnection()).status).toBe(401);
  expect((await new Entra({ ...setup, token: body.value as string }).testConnection()).status).toBe(
    200,
  );
});

test('removing the setup deactivates the users, then deletes the connection', async () => {
  const setup = await setUp({ identityProvider: 'okta' });
  const okta = new Okta(setup);
  const ids = await Promise.all(
    ['One', 'Two', 'Three'].map((name) => okta.provision(person(name))),
  );
  for (const id of ids) await okta.deactivate(id);
  expect(await okta.client.search('/Users', 'active eq true')).toEqual([]);
  expect((await admin('DELETE', `/connections/${String(setup.connection.id)}`)).status).toBe(202);
  expect((await okta.testCredentials()).status).toBe(401);
});
