import { app, Client, type Body } from '../support/client';
import { define, device, deviceClient } from '../support/devices';
import { exported, group, importLines, user } from '../support/transfer';

/* Exports and imports of resources of custom types. */

test('exports have the resources, and an import restores them under their ids', async () => {
  const client = await deviceClient();
  const { id } = (await client.post('/Devices', device('1', { label: 'One' }))).body;
  const lines = await exported(client);
  const line = lines.find(({ meta }: Body) => meta.resourceType === 'Device');
  expect(line).toMatchObject({ id, serial: '1', label: 'One' });
  const other = await deviceClient();
  expect(await importLines(other, [line])).toMatchObject({ created: 1, conflicts: [] });
  expect(await importLines(other, [line])).toMatchObject({ created: 0, unchanged: 1 });
  expect((await other.get(`/Devices/${id}`)).body).toMatchObject({ id, serial: '1' });
  // Users and groups cannot have the id of a device.
  const others = [user(id, 'ann'), group(id, 'Cooks', [])];
  const { conflicts } = await importLines(other, others);
  expect(conflicts).toHaveLength(2);
  for (const { detail } of conflicts) expect(detail).toContain('type Device');
});

test('an export has each resource once, in whatever order the types were defined', async () => {
  const client = await Client.connect('okta');
  const expected: string[] = [];
  for (const name of ['Zebra', 'Antelope', 'Monkey']) {
    await define(client, name, { preset: 'oktaEntitlement', endpoint: `/${name}s` });
    const ids = [`${name}-1`, `${name}-2`];
    const resources = ids.map((id) => ({ id, displayName: id, type: name }));
    await app('PUT', `/connections/${client.id}/resources/${name}`, { resources });
    expected.push(...ids);
  }
  const lines = (await exported(client)).map(({ id }: Body) => id as string);
  expect([...lines].sort()).toEqual(expected.sort());
});

test('an import tells types apart, and what cannot be told apart is refused', async () => {
  const client = await Client.connect('okta');
  for (const name of ['License', 'Permission']) {
    const definition = { preset: 'oktaEntitlement', endpoint: `/${name}s` };
    expect(await define(client, name, definition)).toBe(201);
  }
  const schemas = ['urn:okta:scim:schemas:core:1.0:Entitlement'];
  const permission = { schemas, id: 'p-1', displayName: 'Read', type: 'Permission' };
  expect(await importLines(client, [permission])).toMatchObject({ created: 1, conflicts: [] });
  expect((await client.get('/Permissions/p-1')).status).toBe(200);
  const wrong = [
    { ...permission, type: 'Other' },
    { ...permission, meta: { resourceType: 'Lic' } },
    { ...permission, deletedAt: '2026-01-01T00:00:00Z' },
    { ...permission, meta: { resourceType: 'License' } },
    { schemas: ['urn:example:Unknown'], id: 'x' },
  ];
  for (const options of ['?dryRun=true', '']) {
    const { created, conflicts } = await importLines(client, wrong, options);
    expect([options, created, conflicts.map(({ line }: Body) => line as number)]).toEqual([
      options,
      0,
      [1, 2, 3, 4, 5],
    ]);
  }
  // Without an id, the name tells which resource is meant.
  const named = { schemas, displayName: 'Write', type: 'Permission' };
  expect(await importLines(client, [named])).toMatchObject({ created: 1 });
  expect(await importLines(client, [named])).toMatchObject({ created: 0, unchanged: 1 });
});
