import { admin, app, Client, expectProblem } from '../support/client';
import { define, device, DEVICE, deviceClient, DEVICES, typePath } from '../support/devices';

/* What the definition of a custom type and its catalog allow and refuse. */

/** Returns the definition with another list of attributes. */
function withAttributes(
  change: (attributes: (typeof DEVICES)['schema']['attributes']) => object[],
): object {
  const { attributes } = DEVICES.schema;
  return { ...DEVICES, schema: { ...DEVICES.schema, attributes: change(attributes) } };
}

test('references must lead to resources of the connection', async () => {
  const client = await deviceClient();
  const ann = await client.user('ann');
  const first = await client.post('/Devices', device('1', { holder: { value: ann.id } }));
  expect(first.status).toBe(201);
  const path = `/Devices/${first.body.id}`;
  const rack = `${client.baseUrl}${path}`;
  expect((await client.post('/Devices', device('2', { rack }))).status).toBe(201);
  for (const wrong of [
    { holder: { value: 'nobody' } },
    { holder: { $ref: '../Users/nobody' } },
    { rack: '../Devices/nothing' },
    { rack: `../Users/${ann.id}` },
  ]) {
    const [refused, changed] = [
      await client.post('/Devices', device('3', wrong)),
      await client.patch(path, { op: 'replace', value: wrong }),
    ];
    for (const reply of [refused, changed]) {
      expect([wrong, reply.status, reply.body.scimType]).toEqual([wrong, 400, 'invalidValue']);
      expect(reply.body.detail).toContain('no resource of type');
    }
  }
  // A reference to a deleted user stays, and the device can still be changed.
  await client.delete(`/Users/${ann.id}`);
  expect((await client.put(path, device('4', { holder: { value: ann.id } }))).status).toBe(200);
  // A reference to a resource of the same bulk request.
  const bulk = await client.post('/Bulk', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations: [
      {
        ...{ method: 'POST', path: '/Devices', bulkId: 'second' },
        data: device('6', { holder: { value: 'bulkId:first' } }),
      },
      { method: 'POST', path: '/Devices', bulkId: 'first', data: device('5') },
    ],
  });
  const statuses = bulk.body.Operations.map(({ status }: { status: string }) => status) as string[];
  expect(statuses).toEqual(['201', '201']);
});

test('a type in use can grow; what would lose values is refused with the count', async () => {
  const client = await deviceClient();
  await client.post('/Devices', device('1', { label: 'One' }));
  await client.post('/Devices', device('2', { label: 'Two' }));
  const grown = withAttributes((attributes) => [...attributes, { name: 'color' }]);
  expect(await define(client, 'Device', grown)).toBe(200);
  const colored = await client.post('/Devices', device('3', { color: 'red' }));
  expect(colored.body.color).toBe('red');
  for (const [definition, reason] of [
    [withAttributes((all) => all.filter(({ name }) => name !== 'label')), '2 resources have'],
    [{ ...grown, endpoint: '/Things' }, 'endpoint'],
    [withAttributes((all) => [...all, { name: 'owner', required: true }]), 'required of'],
    [withAttributes(([serial, ...all]) => [{ ...serial, uniqueness: 'none' }, ...all]), 'serial'],
  ] as const) {
    const reply = await admin('PUT', typePath(client, 'Device'), definition);
    expectProblem(reply, 409);
    expect(reply.body.detail).toContain(reason);
  }
  // An attribute without a value in any resource can be removed.
  expect(
    await define(
      client,
      'Device',
      withAttributes((all) => [...all, { name: 'color' }]),
    ),
  ).toBe(200);
  const unused = withAttributes((all) => all.filter(({ name }) => name !== 'rack'));
  const withColor = {
    ...unused,
    schema: {
      ...DEVICES.schema,
      attributes: [
        ...DEVICES.schema.attributes.filter(({ name }) => name !== 'rack'),
        { name: 'color' },
      ],
    },
  };
  expect(await define(client, 'Device', withColor)).toBe(200);
});

test('a definition is refused with every problem in it', async () => {
  const client = await deviceClient();
  const reply = await admin('PUT', typePath(client, 'User'), {
    endpoint: '/users',
    schema: { id: 'urn:ietf:params:scim:schemas:core:2.0:User', attributes: [{ name: 'meta' }] },
    managedBy: 'nobody',
  });
  expectProblem(reply, 400);
  const pointers = reply.body.errors.map(({ pointer }: { pointer: string }) => pointer) as string[];
  expect(pointers.sort()).toEqual(
    ['/endpoint', '/managedBy', '/name', '/schema/attributes/0/name', '/schema/id'].sort(),
  );
  const taken = await admin('PUT', typePath(client, 'Other'), DEVICES);
  expectProblem(taken, 409);
  expect(taken.body.detail).toContain('/Devices');
});

test('roles that are not in the catalog are kept and logged once, or refused', async () => {
  const client = await Client.connect('okta');
  await define(client, 'Role', { preset: 'oktaRole' });
  const roles = `/connections/${client.id}/resources/Role`;
  await app('PUT', `${roles}/r-1`, { displayName: 'Admin' });
  const ann = await client.user('ann', { roles: [{ value: 'r-1' }, { value: 'admin' }] });
  const add = (value: string) =>
    client.patch(`/Users/${ann.id}`, { op: 'add', path: 'roles', value: [{ value }] });
  expect((await add('invented')).status).toBe(200);
  expect((await add('another')).status).toBe(200);
  const { body } = await admin('GET', `/connections/${client.id}/requests?kind=ignored`);
  expect(body.requests).toEqual([
    expect.objectContaining({ attribute: 'roles', cause: 'notInCatalog' }),
  ]);
  await define(client, 'Role', { preset: 'oktaRole', assignments: 'strict' });
  const refused = await add('third');
  expect([refused.status, refused.body.scimType]).toEqual([400, 'invalidValue']);
  expect(refused.body.detail).toContain('"third"');
  // A user can still be changed that has an unknown role from before.
  const renamed = await client.patch(`/Users/${ann.id}`, {
    ...{ op: 'replace', path: 'displayName', value: 'Ann' },
  });
  expect(renamed.status).toBe(200);
  expect((await app('DELETE', `${roles}/r-1`)).status).toBe(204);
  expect((await add('r-1')).status).toBe(200);
});

test('a URN means one schema, and types that share it grow together', async () => {
  const client = await deviceClient();
  const schema = { id: DEVICE, attributes: [{ name: 'serial' }] };
  const other = { endpoint: '/Others', schema };
  await client.post('/Devices', device('1', { label: 'One' }));
  // The shared schema would lose what the device has.
  expect(await define(client, 'Other', other)).toBe(409);
  expect(await define(client, 'Other', { ...DEVICES, endpoint: '/Others' })).toBe(201);
  const grown = withAttributes((all) => [...all, { name: 'color' }]);
  expect(await define(client, 'Other', { ...grown, endpoint: '/Others' })).toBe(200);
  const colored = await client.post('/Devices', device('2', { color: 'red' }));
  expect(colored.body.color).toBe('red');
  const urn = DEVICE.toUpperCase();
  const extension = { endpoint: '/Thirds', schema: { ...schema, id: 'urn:example:Third' } };
  const extensions = [{ id: urn, attributes: [{ name: 'x' }] }];
  expect(await define(client, 'Third', { ...extension, extensions })).toBe(409);
  const ofUsers = await admin('PUT', `/connections/${client.id}/schemas/${DEVICE}`, {
    attributes: [{ name: 'x' }],
  });
  expect(ofUsers.status).toBe(409);
});

test('a resource is published once per call, and keeps references to deleted ones', async () => {
  const client = await Client.connect('generic');
  const managed = { ...DEVICES, managedBy: 'application' };
  expect(await define(client, 'Device', managed)).toBe(201);
  const path = `/connections/${client.id}/resources/Device`;
  const ann = await client.user('ann');
  const first = { id: 'd-1', serial: '1', holder: { value: ann.id } };
  const twice = await app('PUT', path, { resources: [first, { ...first, serial: '2' }] });
  expect(twice.body).toMatchObject({
    created: 1,
    problems: [{ index: 1, id: 'd-1', status: 400 }],
  });
  await client.delete(`/Users/${ann.id}`);
  expect((await app('PUT', path, { resources: [first] })).body).toMatchObject({ unchanged: 1 });
  const renamed = await app('PUT', `${path}/d-1`, { ...first, label: 'New' });
  expect(renamed.status).toBe(200);
  const other = await app('PUT', `${path}/d-2`, { ...first, id: 'd-2', serial: '2' });
  expect(other.status).toBe(400);
});

test('of operations of a bulk request with the same unique value, the first one wins', async () => {
  const client = await deviceClient();
  const { body } = await client.post('/Bulk', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations: Array.from({ length: 20 }, (_, index) => ({
      ...{ method: 'POST', path: '/Devices', bulkId: String(index) },
      data: device('same', { label: String(index) }),
    })),
  });
  const statuses = body.Operations.map(({ status }: { status: string }) => status) as string[];
  expect(statuses).toEqual(['201', ...Array.from({ length: 19 }, () => '409')]);
});

test('a type has at most ten unique attributes', async () => {
  const client = await Client.connect('generic');
  const attributes = Array.from({ length: 11 }, (_, index) => ({
    name: `a${index}`,
    uniqueness: 'server',
  }));
  const schema = { id: 'urn:example:Many', attributes };
  expect(await define(client, 'Many', { endpoint: '/Many', schema })).toBe(400);
});
