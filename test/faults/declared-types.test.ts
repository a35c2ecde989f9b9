import { admin, app, Client, type Body } from '../support/client';
import { CloudFormation } from './cloudformation';
import { FaultySystem } from './faulty-system';

/* CloudFormation declares the resource types of all connections with one custom resource. */

let system: FaultySystem;
let cloudFormation: CloudFormation;

beforeAll(async () => {
  system = await FaultySystem.start(undefined, { connections: [{ id: 'declared' }] });
  cloudFormation = await CloudFormation.start(system);
}, 60_000);

afterAll(async () => {
  await cloudFormation.stop();
  await system.stop();
});

/** Sends an event about the declared types. */
const declare = (RequestType: string, types: readonly object[]): Promise<Body> =>
  cloudFormation.send({
    RequestType,
    LogicalResourceId: 'ResourceTypes',
    ...(RequestType === 'Create' ? {} : { PhysicalResourceId: 'resourceTypes' }),
    ResourceType: 'Custom::ScimResourceTypes',
    ResourceProperties: { ServiceToken: 'arn', ResourceTypes: JSON.stringify(types) },
  });

test('declared resource types are served by every connection, and only grow in use', async () => {
  const role = { name: 'Role', preset: 'oktaRole' };
  const license = { name: 'License', preset: 'oktaEntitlement', endpoint: '/Licenses' };
  const client = await Client.connect('okta');
  const statuses = async (): Promise<number[]> => {
    // Environments keep the types for a minute.
    await system.clock.advance(61_000);
    const paths = ['/Roles', '/Licenses'];
    return Promise.all(paths.map(async (path) => (await client.get(path)).status));
  };
  expect(await declare('Create', [role, license])).toMatchObject({
    Status: 'SUCCESS',
    PhysicalResourceId: 'resourceTypes',
  });
  expect(await statuses()).toEqual([200, 200]);
  const admins = { id: 'admins', displayName: 'Admins' };
  const path = `/connections/${client.id}/resources/Role`;
  expect((await app('PUT', path, { resources: [admins] })).body).toMatchObject({ created: 1 });
  // A connection cannot replace what the stack declares.
  const replaced = await admin('PUT', `/connections/${client.id}/resourceTypes/Role`, role);
  expect(replaced.status).toBe(409);
  const inUse = `Resource type "Role" is in use. Connection "${client.id}": There is 1 resource`;
  for (const types of [[license], [license, { ...role, endpoint: '/Jobs' }]]) {
    const { Status, Reason } = await declare('Update', types);
    expect([Status, Reason]).toEqual(['FAILED', expect.stringContaining(inUse)]);
  }
  const cost = { id: 'urn:example:Cost', attributes: [{ name: 'center' }] };
  expect(await declare('Update', [{ ...role, extensions: [cost] }])).toMatchObject({
    Status: 'SUCCESS',
  });
  expect(await statuses()).toEqual([200, 404]);
  expect((await client.get('/ResourceTypes/Role')).body.schemaExtensions).toEqual([
    { schema: cost.id, required: false },
  ]);
  const needed = { ...cost, attributes: [{ name: 'center', required: true }] };
  expect(await declare('Update', [{ ...role, extensions: [needed] }])).toMatchObject({
    Status: 'FAILED',
    Reason: expect.stringContaining(`required of ${cost.id}:center`) as string,
  });
  // A stack that is deleted leaves its table with the resources, which stay readable.
  expect(await declare('Delete', [])).toMatchObject({ Status: 'SUCCESS' });
  expect(await statuses()).toEqual([200, 404]);
  expect((await app('DELETE', `${path}/admins`)).status).toBe(204);
  expect(await declare('Delete', [])).toMatchObject({ Status: 'SUCCESS' });
  expect(await statuses()).toEqual([404, 404]);
  // A connection may have a type of its own by a name that the stack has given up.
  const own = await admin('PUT', `/connections/${client.id}/resourceTypes/Role`, {
    preset: 'oktaRole',
  });
  expect(own.status).toBe(201);
  const wrong = { Status: 'FAILED', Reason: expect.stringContaining('/endpoint') as string };
  expect(await declare('Update', [{ ...role, endpoint: '/Users' }])).toMatchObject(wrong);
});

test('a function that dies at any call declares the types on the next attempt', async () => {
  const types = (name: string): object[] => [
    { name: 'Role', preset: 'oktaRole', description: name },
  ];
  system.proxy.watch();
  await declare('Create', types('first'));
  const { calls } = system.proxy;
  expect(calls).toBeGreaterThan(0);
  for (let call = 1; call <= calls; call += 1) {
    for (const takesEffect of [false, true]) {
      const name = `${call} ${takesEffect}`;
      system.proxy.watch((number) =>
        number === call ? { kind: 'death', takesEffect } : undefined,
      );
      await declare('Update', types(name)).catch(() => undefined);
      await system.proxy.afterDeath();
      system.proxy.watch();
      expect(await declare('Update', types(name))).toMatchObject({ Status: 'SUCCESS' });
      const client = await Client.connect('okta');
      const { body } = await client.get('/ResourceTypes/Role');
      expect(body.description).toBe(name);
    }
  }
});
