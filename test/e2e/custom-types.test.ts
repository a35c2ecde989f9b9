import { admin, Client, expectProblem } from '../support/client';

/* Resource types in addition to users and groups, whose resources SCIM clients manage. */

const type = (client: Client, name: string): string =>
  `/connections/${client.id}/resourceTypes/${name}`;

test('clients manage the resources of other types as they manage users', async () => {
  const client = await Client.connect('generic');
  const DEVICE = 'urn:example:scim:schemas:core:1.0:Device';
  const definition = {
    endpoint: '/Devices',
    schema: {
      id: DEVICE,
      attributes: [
        { name: 'serial', required: true, uniqueness: 'server' },
        { name: 'displayName' },
        { name: 'tags', multiValued: true },
      ],
    },
  };
  expect((await client.get('/Devices')).status).toBe(404);
  expect((await admin('PUT', type(client, 'Device'), definition)).status).toBe(201);
  const device = (serial: string) => ({ schemas: [DEVICE], serial, tags: ['a'] });
  const created = await client.post('/Devices', device('A1'));
  expect(created.status).toBe(201);
  const { id } = created.body as { id: string };
  expect(created.headers['location']).toBe(`${client.baseUrl}/Devices/${id}`);
  expect((await client.post('/Devices', device('a1'))).body.scimType).toBe('uniqueness');
  expect((await client.post('/Devices', device(' A1 '))).body.scimType).toBe('uniqueness');
  const etag = String(created.headers['etag']);
  expect(
    (await client.call('GET', `/Devices/${id}`, undefined, { 'If-None-Match': etag })).status,
  ).toBe(304);
  const patched = await client.patch(`/Devices/${id}`, { op: 'add', path: 'tags', value: ['b'] });
  expect(patched.body.tags).toEqual(['a', 'b']);
  const stale = await client.call('PUT', `/Devices/${id}`, device('A2'), { 'If-Match': etag });
  expect(stale.status).toBe(412);
  expect((await client.put(`/Devices/${id}`, device('A2'))).body.serial).toBe('A2');
  expect(await client.search('/Devices', 'serial eq "a2" and tags eq "a"')).toHaveLength(1);
  const bulk = await client.post('/Bulk', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations: [
      { method: 'POST', path: '/Devices', bulkId: '1', data: device('B1') },
      {
        method: 'PATCH',
        path: `/Devices/${id}`,
        data: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: [{ op: 'replace', path: 'displayName', value: 'Two' }],
        },
      },
    ],
  });
  expect(bulk.body.Operations.map(({ status }: { status: string }) => status)).toEqual([
    '201',
    '200',
  ]);
  await client.user('ann');
  const all = await client.get('/?sortBy=displayName');
  expect(all.body.totalResults).toBe(3);
  const found = await client.search('', 'serial pr');
  expect(found).toHaveLength(2);
  const page = await client.get('/Devices?cursor&count=1');
  const next = await client.get(`/Devices?count=1&cursor=${page.body.nextCursor}`);
  expect(next.body.Resources[0].serial).toBe('B1');
  const refused = await admin('DELETE', type(client, 'Device'));
  expectProblem(refused, 409);
  expect(refused.body.detail).toContain('2 resources');
  for (const { id: each } of found)
    expect((await client.delete(`/Devices/${each}`)).status).toBe(204);
  expect((await client.get('/Devices')).body.totalResults).toBe(0);
  expect((await admin('DELETE', type(client, 'Device'))).status).toBe(204);
  expect((await client.get('/Devices')).status).toBe(404);
  expect((await admin('GET', type(client, 'Device'))).status).toBe(404);
  expect((await admin('PUT', type(client, 'Device'), definition)).status).toBe(201);
});

test('a token reads or writes resources of custom types if its scopes say so', async () => {
  const client = await Client.connect('generic');
  await admin('PUT', type(client, 'Agent'), { preset: 'agent' });
  const AGENT = 'urn:ietf:params:scim:schemas:core:2.0:Agent';
  const agent = { schemas: [AGENT], agentUserName: 'helper' };
  const created = await client.post('/Agents', agent);
  expect(created.status).toBe(201);
  const path = `/Agents/${String(created.body.id)}`;
  const statuses = async (...scopes: string[]): Promise<number[]> => {
    const { body } = await admin('POST', `/connections/${client.id}/tokens`, { scopes });
    const headers = { Authorization: `Bearer ${String(body.value)}` };
    return [
      (await client.call('GET', path, undefined, headers)).status,
      (await client.call('PUT', path, agent, headers)).status,
    ];
  };
  expect(await statuses('resources:read-write')).toEqual([200, 200]);
  expect(await statuses('resources:read')).toEqual([200, 403]);
  expect(await statuses('users:read-write', 'groups:read-write')).toEqual([403, 403]);
});
