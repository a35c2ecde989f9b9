import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { Connections } from '../../directory/connections/connections';
import { freeConnectionId, purgeConnection } from '../../directory/completion/purge';
import { CustomResources } from '../../directory/custom-resources';
import { deploymentTypes, writeDeploymentTypes } from '../../directory/schemas/deployment-types';
import { EventAppender } from '../../directory/events/append';
import { readEvents } from '../../directory/events/read';
import { intentsBefore, type Purge } from '../../directory/store/intents';
import { resourceKey, valuePartition } from '../../directory/store/keys';
import { Table } from '../../directory/store/table';
import { Users } from '../../directory/users';
import { verify } from '../../directory/verify/verify';
import { appendEvents } from '../../lambdas/functions/dispatcher/append-events';
import { allTypes, resourceTypeOf, type CustomType } from '../../scim/schema/custom-type';
import { parseCustomType } from '../../scim/schema/parse-custom-type';
import { USER } from '../../scim/schema/resource-type';
import { ACT, connectionWith, createOwnTable, openEngine } from './support';

/* Resources of types in addition to users and groups. */

const client = openEngine();

afterAll(() => {
  client.close();
});

function typeWith(name: string): CustomType {
  const parsed = parseCustomType(name, {
    endpoint: `/${name}s`,
    schema: {
      id: `urn:example:${name}`,
      attributes: [
        { name: 'serial', required: true, uniqueness: 'server' },
        { name: 'displayName' },
      ],
    },
  });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

const DEVICE = typeWith('Device');
const BADGE = typeWith('Badge');

interface Directory {
  readonly table: Table;
  readonly connections: Connections;
  readonly users: Users;
  readonly resources: (type: CustomType) => CustomResources;
}

async function directoryWith(...customTypes: readonly CustomType[]): Promise<Directory> {
  const table = new Table(client, await createOwnTable());
  const connections = new Connections(table);
  await connections.add(connectionWith({ id: 'one', customTypes }), ACT);
  return of(table, connections);
}

function of(table: Table, connections: Connections): Directory {
  const tenant = { table, connection: 'one', baseUrl: 'https://x' };
  const names = ['User', 'Group', DEVICE.name, BADGE.name];
  return {
    table,
    connections,
    users: new Users(tenant, USER, 'retain'),
    resources: (type) =>
      new CustomResources(
        tenant,
        resourceTypeOf(type),
        names.filter((name) => name !== type.name),
      ),
  };
}

async function problems({ table }: Directory): Promise<readonly string[]> {
  return (await verify(table)).findings.map(({ problem }) => problem);
}

test('concurrent publications of one resource make one, and the last one stays', async () => {
  const directory = await directoryWith(DEVICE);
  const devices = directory.resources(DEVICE);
  const outcomes = await Promise.all(
    Array.from({ length: 32 }, async (_, index) => {
      const put = await devices.put('d-1', { serial: 's', displayName: `n${index % 4}` });
      return put.outcome;
    }),
  );
  expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
  expect((await devices.get('d-1')).attributes['serial']).toBe('s');
  expect(await problems(directory)).toEqual([]);
});

test('of concurrent resources with the same unique value, one is created', async () => {
  const directory = await directoryWith(DEVICE);
  const devices = directory.resources(DEVICE);
  const results = await Promise.allSettled(
    Array.from({ length: 32 }, (_, index) => devices.put(`d-${index}`, { serial: 'Same ' })),
  );
  const refused = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  expect(refused).toHaveLength(31);
  for (const error of refused) expect(error).toMatchObject({ status: 409, scimType: 'uniqueness' });
  expect(await problems(directory)).toEqual([]);
});

test('an id belongs to one resource of all types', async () => {
  const directory = await directoryWith(DEVICE, BADGE);
  const user = await directory.users.create({ userName: 'ann' });
  await directory.resources(BADGE).put('b-1', { serial: 'b' });
  for (const id of [user.id, 'b-1']) {
    await expect(directory.resources(DEVICE).put(id, { serial: id })).rejects.toMatchObject({
      status: 409,
      scimType: 'uniqueness',
    });
  }
  expect(await problems(directory)).toEqual([]);
});

test('a resource that comes back under its id goes on in its sequence', async () => {
  const directory = await directoryWith(DEVICE);
  const devices = directory.resources(DEVICE);
  const { resource: first } = await devices.put('d-1', { serial: '1' });
  const { resource: changed } = await devices.put('d-1', { serial: '2' });
  await devices.delete('d-1', () => undefined);
  expect(await devices.find('d-1')).toBeUndefined();
  const { resource: again } = await devices.put('d-1', { serial: '1' });
  expect(changed.sequence).toBe(first.sequence + 1);
  expect(again.sequence).toBeGreaterThan(changed.sequence);
});

test('verify finds damaged values and counts, and resources of unknown types', async () => {
  const directory = await directoryWith(DEVICE);
  const { table, resources } = directory;
  await resources(DEVICE).put('d-1', { serial: 's1' });
  const value = { pk: valuePartition('one', DEVICE.name, 'serial', 's1'), sk: 'unique' };
  const stored = await table.get(value);
  expect(stored).toMatchObject({ id: 'd-1' });
  await table.write([{ delete: value }]);
  expect(await problems(directory)).toEqual([expect.stringContaining('does not lead to')]);
  await table.write([{ put: stored ?? value }]);
  await resources(BADGE).put('b-1', { serial: 'b' });
  expect(await problems(directory)).toContain(
    'has a resource type that its connection does not have',
  );
  const key = resourceKey('one', DEVICE.name, 'd-1');
  await table.write([{ delete: resourceKey('one', BADGE.name, 'b-1') }, { delete: key }]);
  expect((await problems(directory)).length).toBeGreaterThan(0);
});

test('a purge removes the resources of all types, also of those that were removed', async () => {
  const directory = await directoryWith(DEVICE, { ...BADGE, retired: true });
  const { table, connections, resources } = directory;
  const declared = typeWith('Declared');
  // The stack declares another type by the name of the removed one.
  const { schema } = typeWith('Badge');
  const attributes = schema.attributes.map((each) => ({ ...each, name: `${each.name}Code` }));
  const another = { ...BADGE, schema: { ...schema, attributes } };
  await writeDeploymentTypes(table, [declared, another]);
  await resources(another).put('Badge-2', { serialCode: '2' });
  for (const type of [DEVICE, BADGE, declared]) {
    await resources(type).put(`${type.name}-1`, { serial: '1' });
  }
  await connections.delete('one', ACT);
  const purge = await purgeOf(table);
  expect(await purgeConnection(table, purge)).toBe(true);
  await freeConnectionId(table, purge);
  const left: string[] = [];
  for await (const items of table.scan(1)) left.push(...items.map(({ pk }) => pk));
  expect(left.filter((pk) => pk.startsWith('c#one'))).toEqual([]);
});

async function purgeOf(table: Table): Promise<Purge> {
  for await (const intents of intentsBefore(table, Date.now() + 60_000)) {
    for (const intent of intents) if (intent.kind === 'purge') return intent;
  }
  throw new Error('No intent of a purge found.');
}

test('the event of a resource whose type the stack has just declared is not lost', async () => {
  const directory = await directoryWith();
  const { table, connections, resources } = directory;
  // The environment of the dispatcher has read the types before the deployment.
  await connections.find('one');
  await writeDeploymentTypes(table, [BADGE]);
  await resources(BADGE).put('b-1', { serial: 'b' });
  const key = resourceKey('one', BADGE.name, 'b-1');
  const image = marshall((await table.get(key)) ?? {});
  const record = {
    eventID: 'one',
    eventName: 'INSERT',
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(Date.now() / 1000),
      Keys: marshall(key),
      NewImage: image,
      SequenceNumber: '1',
    },
  } as DynamoDBRecord;
  await appendEvents(table, [record], {
    appender: new EventAppender(30),
    scimBaseUrl: () => 'https://x',
    requestId: 'request',
  });
  const page = await readEvents(table, { limit: 10, connection: 'one' });
  const events = 'events' in page ? page.events : [];
  expect(events.map(({ type, subject }) => [type, subject])).toEqual([
    ['resource.created', 'Badges/b-1'],
  ]);
});

test('types of the deployment are known to every connection, after a minute', async () => {
  const { table, connections } = await directoryWith(DEVICE);
  const names = async (): Promise<readonly string[]> => {
    const connection = await connections.find('one');
    return connection === undefined ? [] : allTypes(connection).map(({ name }) => name);
  };
  expect(await names()).toEqual(['Device']);
  await writeDeploymentTypes(table, [BADGE]);
  expect(await names()).toEqual(['Device']);
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
  expect(await names()).toEqual(['Device', 'Badge']);
  now.mockRestore();
  expect(await deploymentTypes(table)).toEqual([BADGE]);
});
