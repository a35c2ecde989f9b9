import { Connections } from '../../directory/connections/connections';
import type { DynamoDB } from '../../directory/store/client/dynamodb';
import { Groups } from '../../directory/groups';
import { intentsBefore, type Purge } from '../../directory/store/intents';
import { purgeConnection, freeConnectionId } from '../../directory/completion/purge';
import { Table } from '../../directory/store/table';
import { Users } from '../../directory/users';
import type { MembershipChange } from '../../scim/patch/memberships';
import { GROUP, USER } from '../../scim/schema/resource-type';
import type { Tenant } from '../../directory/resources/tenant';
import { ACT, connectionWith, createOwnTable, openEngine } from './support';

const client = openEngine();
// In the server's table, the `completion` function would purge the connections before the tests do.
let tableName: string;
let table: Table;
let connections: Connections;
let names = 0;

beforeAll(async () => {
  tableName = await createOwnTable();
  table = new Table(client, tableName);
  connections = new Connections(table);
});

afterAll(() => {
  client.close();
});

/** Creates a change that leaves exactly one member. */
function members(value: string): MembershipChange {
  return { clear: true, add: new Map([[value, { value }]]), remove: new Set() };
}

/** Creates a connection for one test. */
async function connect(): Promise<{ id: string; users: Users; groups: Groups }> {
  const id = `purge-${Date.now().toString(36)}-${(names += 1)}`;
  await connections.add(connectionWith({ id }), ACT);
  const own: Tenant = { table, connection: id, baseUrl: 'https://x' };
  return {
    id,
    users: new Users(own, USER, 'retain'),
    groups: new Groups(own, GROUP, { uniqueNames: true, unknownMembers: 'skip' }),
  };
}

async function purgeOf(id: string): Promise<Purge> {
  for await (const intents of intentsBefore(table, Date.now() + 60_000)) {
    for (const intent of intents)
      if (intent.kind === 'purge' && intent.connection === id) return intent;
  }
  throw new Error('No intent of a purge found.');
}

async function keysOf(id: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const items of table.scan(1)) {
    for (const { pk, sk } of items) if (pk.split('#')[1] === id) keys.push(`${pk} ${sk}`);
  }
  return keys;
}

/** Opens the table with a hook that runs before the first call of an operation. */
function tableWithHook(operation: string, hook: () => Promise<unknown>): Table {
  let isDone = false;
  const db: DynamoDB = {
    async call(name, input, options) {
      if (name === operation && !isDone) {
        isDone = true;
        await hook();
      }
      return client.call(name, input, options);
    },
  };
  return new Table(db, tableName);
}

test.each(['BatchWriteItem', 'TransactWriteItems', 'DeleteItem', 'Query'])(
  'a change made just before the first %s of a purge is purged, too',
  async (operation) => {
    const { id, users, groups } = await connect();
    const user = await users.create({ userName: 'before@x.example', externalId: 'before' });
    const other = await users.create({ userName: 'other@x.example' });
    const group = await groups.create({ displayName: 'Before' }, members(user.id));
    await connections.delete(id, ACT);
    const changing = tableWithHook(operation, async () => {
      await users.change(user.id, () => ({ userName: 'after@x.example', externalId: 'after' }));
      await groups.change(
        group.id,
        () => ({
          attributes: { displayName: 'After' },
          members: { ...members(other.id), clear: false },
        }),
        false,
      );
    });
    const purge = await purgeOf(id);
    expect(await purgeConnection(changing, purge)).toBe(true);
    await freeConnectionId(table, purge);
    expect(await keysOf(id)).toEqual([]);
  },
);

test.each(['Query', 'GetItem', 'BatchWriteItem', 'TransactWriteItems', 'DeleteItem'])(
  'a worker delayed at its first %s keeps a new connection with the same id',
  async (operation) => {
    const { id, users } = await connect();
    await users.create({ userName: 'same@x.example', externalId: 'same' });
    await connections.delete(id, ACT);
    const purge = await purgeOf(id);
    let kept: readonly string[] = [];
    const late = tableWithHook(operation, async () => {
      // Another worker finishes the purge, and an operator creates the connection again.
      expect(await purgeConnection(table, purge)).toBe(true);
      await freeConnectionId(table, purge);
      expect(await connections.add(connectionWith({ id }), ACT)).toBe(true);
      await users.create({ userName: 'same@x.example', externalId: 'same' });
      kept = await keysOf(id);
    });
    await purgeConnection(late, purge);
    await freeConnectionId(table, purge);
    expect(kept.length).toBeGreaterThan(4);
    expect(await keysOf(id)).toEqual(kept);
  },
);
