import { admin, send, type Body } from '../../support/client';
import { Entra, person, seen, setUp } from './identity-providers';

/** Story D: users only, with custom attributes. */

const URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const NAMES = ['jobRole', 'company', 'businessUnit', 'team'];

test('custom attributes sync next to the default mappings, for users only', async () => {
  const setup = await setUp({ identityProvider: 'entra', groups: false });
  const schema = { name: 'Acme', attributes: NAMES.map((name) => ({ name })) };
  const stored = await admin(
    'PUT',
    `/connections/${String(setup.connection.id)}/schemas/${URN}`,
    schema,
  );
  expect(stored.status).toBe(201);

  const entra = new Entra(setup);
  expect((await entra.testConnection()).status).toBe(200);
  // Entra ID builds its attribute list from the discovered schemas.
  const { body: schemas } = await entra.client.get('/Schemas');
  const discovered = (schemas.Resources as Body[]).find(({ id }) => id === URN);
  expect(discovered.attributes.map(({ name }: Body) => name)).toEqual(NAMES);

  const values = { jobRole: 'Analyst', company: 'Acme', businessUnit: 'North', team: 'Blue' };
  const ada = person('Ada', {
    displayName: 'Ada Doe',
    title: 'Ms',
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`${URN}:${name}`, value])),
  });
  const id = await entra.provision(ada);
  expect(await seen(entra.client, ada.userName)).toMatchObject({
    id,
    displayName: 'Ada Doe',
    [URN]: values,
  });
  await entra.update(id, { [`${URN}:team`]: 'Red' });
  expect((await seen(entra.client, ada.userName))[URN].team).toBe('Red');
  expect(await entra.client.search('/Users', `${URN}:team eq "Red"`)).toHaveLength(1);

  // The administrator did not switch off group provisioning.
  expect((await entra.probeGroups()).body.totalResults).toBe(0);
  const refused = await entra.client.post('/Groups', { displayName: 'Pushed' });
  expect([refused.status, refused.body.detail]).toEqual([
    expect.any(Number),
    expect.stringContaining('users'),
  ]);
  expect(await entra.provision({ ...ada, familyName: 'New' })).toBe(id);
});

test('Test Connection explains a wrong tenant URL', async () => {
  const { baseUrl, token } = await setUp({ identityProvider: 'entra' });
  const headers = { Authorization: `Bearer ${token}` };
  for (const wrong of [
    baseUrl.replace('/connections/', '/'),
    baseUrl.replace('/v2/', '/v1/'),
    `${baseUrl}/scim`,
    `${baseUrl}/Users`,
  ]) {
    const { status, body } = await send('GET', `${wrong}/Users`, headers);
    expect([status, body.detail]).toEqual([404, expect.stringMatching(/base URL ends with/i)]);
  }
});
