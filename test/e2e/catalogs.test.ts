import { admin, app, Client } from '../support/client';
import { inShort, untilEvents } from '../support/events';

/*
 * Catalogs of roles and entitlements that the application publishes, and clients discover. The
 * example of three types is that of Okta's guide,
 * https://developer.okta.com/docs/guides/scim-with-entitlements/main.
 */

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const ROLE = 'urn:okta:scim:schemas:core:1.0:Role';
const ENTITLEMENT = 'urn:okta:scim:schemas:core:1.0:Entitlement';
const PROFILE = 'urn:isvname:scim:schemas:extension:appname:1.0:Profile';

const PROFILE_EXTENSION = {
  id: PROFILE,
  name: 'Profile',
  description: 'An example of a Profile Entitlement schema extension',
  attributes: [{ name: 'customProfileProperty', type: 'string' }],
  required: true,
};

const type = (client: Client, name: string): string =>
  `/connections/${client.id}/resourceTypes/${name}`;

const published = (client: Client, path: string): string =>
  `/connections/${client.id}/resources/${path}`;

/** Defines the three types of Okta's guide. */
async function oktaClient(): Promise<Client> {
  const client = await Client.connect('okta');
  for (const [name, definition] of [
    ['Role', { preset: 'oktaRole', description: 'Role' }],
    [
      'Entitlement',
      {
        preset: 'oktaEntitlement',
        endpoint: '/Entitlements',
        description: 'Entitlement resource',
      },
    ],
    [
      'Profile',
      { preset: 'oktaEntitlement', endpoint: '/Profiles', extensions: [PROFILE_EXTENSION] },
    ],
  ] as const) {
    const reply = await admin('PUT', type(client, name), definition);
    expect([name, reply.status]).toEqual([name, 201]);
  }
  return client;
}

test("Okta's example of three types is answered shape for shape", async () => {
  const client = await oktaClient();
  const { body } = await client.get('/ResourceTypes');
  expect(body).toMatchObject({ schemas: [LIST], totalResults: 5, startIndex: 1, itemsPerPage: 5 });
  const meta = (name: string) => ({
    resourceType: 'ResourceType',
    location: `${client.baseUrl}/ResourceTypes/${name}`,
  });
  const common = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'] };
  expect(body.Resources.slice(2)).toEqual([
    {
      ...common,
      id: 'Role',
      name: 'Role',
      endpoint: '/Roles',
      description: 'Role',
      schema: ROLE,
      meta: meta('Role'),
    },
    {
      ...common,
      id: 'Entitlement',
      name: 'Entitlement',
      endpoint: '/Entitlements',
      description: 'Entitlement resource',
      schema: ENTITLEMENT,
      meta: meta('Entitlement'),
    },
    {
      ...common,
      id: 'Profile',
      name: 'Profile',
      endpoint: '/Profiles',
      description: 'Profile',
      schema: ENTITLEMENT,
      schemaExtensions: [{ schema: PROFILE, required: true }],
      meta: meta('Profile'),
    },
  ]);
  expect((await client.get('/ResourceTypes/Profile')).body).toEqual(body.Resources[4]);
  const schemas = (await client.get('/Schemas')).body.Resources.map(
    ({ id }: { id: string }) => id,
  ) as string[];
  for (const urn of [ROLE, ENTITLEMENT, PROFILE]) {
    expect(schemas.filter((id) => id === urn)).toEqual([urn]);
    expect((await client.get(`/Schemas/${urn}`)).body.id).toBe(urn);
  }
  const reply = await app('PUT', published(client, 'Profile'), {
    resources: [
      {
        id: 'profile-123',
        type: 'Profile',
        displayName: 'Profile 123',
        [PROFILE]: { customProfileProperty: 'test-value' },
      },
      {
        id: 'profile-321',
        type: 'Profile',
        displayName: 'Profile 321',
        [PROFILE]: { customProfileProperty: 'test-value' },
      },
    ],
  });
  expect(reply.body).toEqual({ created: 2, updated: 0, unchanged: 0, problems: [] });
  const profiles = (await client.get('/Profiles')).body;
  expect(profiles).toMatchObject({ schemas: [LIST], totalResults: 2, startIndex: 1 });
  expect(profiles.Resources[0]).toEqual({
    schemas: [ENTITLEMENT, PROFILE],
    id: 'profile-123',
    type: 'Profile',
    displayName: 'Profile 123',
    [PROFILE]: { customProfileProperty: 'test-value' },
    meta: expect.objectContaining({
      resourceType: 'Profile',
      location: `${client.baseUrl}/Profiles/profile-123`,
    }),
  });
  // Okta's test of entitlements.
  await app('PUT', published(client, 'Role/role-1'), { displayName: 'First Role' });
  const first = (await client.get('/Roles?count=1&startIndex=1')).body;
  expect(first).toMatchObject({ itemsPerPage: 1, startIndex: 1, totalResults: 1 });
});

test('clients only read what the application publishes', async () => {
  const client = await oktaClient();
  const role = published(client, 'Role/role-1');
  const created = await app('PUT', role, { displayName: 'First Role' });
  expect(created.status).toBe(201);
  expect(created.body).toMatchObject({ id: 'role-1', displayName: 'First Role' });
  expect((await app('PUT', role, { displayName: 'First Role' })).status).toBe(200);
  expect((await app('PUT', role, { displayName: 'Renamed' })).status).toBe(200);
  expect((await app('GET', role)).body.displayName).toBe('Renamed');
  for (const [method, path] of [
    ['POST', '/Roles'],
    ['PUT', '/Roles/role-1'],
    ['PATCH', '/Roles/role-1'],
    ['DELETE', '/Roles/role-1'],
  ] as const) {
    const reply = await client.call(method, path, { schemas: [ROLE], displayName: 'x' });
    expect([method, reply.status]).toEqual([method, 403]);
    expect(reply.body.detail).toContain('Role');
  }
  expect(await client.search('/Roles', 'displayName eq "renamed"')).toHaveLength(1);
  expect((await app('DELETE', role)).status).toBe(204);
  expect((await client.get('/Roles/role-1')).status).toBe(404);
  expect((await app('PUT', role, { displayName: 'Again' })).status).toBe(201);
  const events = await untilEvents(client.id, 5);
  expect(inShort(events).filter((each) => each.startsWith('resource.'))).toEqual([
    'resource.created',
    'resource.updated',
    'resource.deleted',
    'resource.created',
  ]);
  const about = events.filter((event) => event.type.startsWith('resource.'));
  expect(about[0]).toMatchObject({
    subject: 'Roles/role-1',
    data: { resourceType: 'Role', resource: { id: 'role-1', displayName: 'First Role' } },
  });
  expect(about[1].data).toMatchObject({
    previous: { displayName: 'First Role' },
    changed: ['displayName'],
  });
  const sequences = about.map(({ data }) => data.sequence as number);
  expect([...sequences].sort((a, b) => a - b)).toEqual(sequences);
  expect(new Set(sequences).size).toBe(4);
});

test("SailPoint's aggregation reads users and catalogs, and provisions by deltas", async () => {
  // documentation.sailpoint.com, connectors/saas/scim_2_0, and developer.sailpoint.com/discuss.
  const client = await oktaClient();
  const ids = Array.from({ length: 5 }, (_, index) => `role-${index}`);
  const resources = ids.map((id) => ({ id, displayName: id.toUpperCase() }));
  await app('PUT', published(client, 'Role'), { resources });
  for (const path of ['ServiceProviderConfig', 'ResourceTypes', 'Schemas', 'ResourceTypes/User']) {
    expect([path, (await client.get(`/${path}`)).status]).toEqual([path, 200]);
  }
  const { body: role } = await client.get('/ResourceTypes/Role');
  const { body: schema } = await client.get(`/Schemas/${String(role.schema)}`);
  expect(schema.attributes.map(({ name }: { name: string }) => name)).toContain('displayName');
  const found: string[] = [];
  for (let startIndex = 1; startIndex <= 5; startIndex += 2) {
    const { body } = await client.get(`${String(role.endpoint)}?startIndex=${startIndex}&count=2`);
    expect(body.totalResults).toBe(5);
    for (const each of body.Resources) {
      expect(each.schemas).toEqual([ROLE]);
      found.push(each.id as string);
    }
  }
  expect(found).toEqual(ids);
  // The list of attributes has names of SailPoint's own schema.
  const explicit = await client.get('/Roles?attributes=displayName,Name,Id&count=1');
  expect(explicit.body.Resources[0]).toMatchObject({ id: 'role-0', displayName: 'ROLE-0' });
  const since = new Date(Date.now() - 60_000).toISOString();
  expect(await client.search('/Roles', `meta.lastModified gt "${since}"`)).toHaveLength(5);
  const ann = await client.user('ann');
  const path = `/Users/${String(ann.id)}`;
  await client.patch(path, { op: 'add', value: { roles: [{ value: 'role-1' }] } });
  const two = await client.patch(path, { op: 'add', value: { roles: [{ value: 'role-2' }] } });
  expect(two.body.roles).toEqual([{ value: 'role-1' }, { value: 'role-2' }]);
  const one = await client.patch(path, { op: 'remove', path: 'roles[value eq "role-1"]' });
  expect(one.body.roles).toEqual([{ value: 'role-2' }]);
  const disabled = await client.patch(path, { op: 'add', value: { active: false } });
  expect(disabled.body.active).toBe(false);
});
