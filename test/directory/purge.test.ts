import { Connections } from '../../directory/connections/connections';
import type { DynamoDB } from '../../directory/store/dynamodb';
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
// In the server's own table its function `completion` would be the first to do what is tried here.
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

/** Exactly one member. */
function members(value: string): MembershipChange {
  return { clear: true, add: new Map([[value, { value }]]), remove: new Set() };
}

/** A connection of its own for a test. */
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
  throw new Error('There is no purge.');
}

async function keysOf(id: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const items of table.scan(1)) {
    for (const { pk, sk } of items) if (pk.split('#')[1] === id) keys.push(`${pk} ${sk}`);
  }
  return keys;
}

/** The table, with something that happens before the first call that the removal makes of a kind. */
function disturbed(operation: string, happen: () => Promise<unknown>): Table {
  let isDone = false;
  const db: DynamoDB = {
    async call(name, input, options) {
      if (name === operation && !isDone) {
        isDone = true;
        await happen();
      }
      return client.call(name, input, options);
    },
  };
  return new Table(db, tableName);
}

test.each(['BatchWriteItem', 'TransactWriteItems', 'DeleteItem', 'Query'])(
  'what a request changes before the %s of the removal goes, too',
  async (operation) => {
    const { id, users, groups } = await connect();
    const user = await users.create({ userName: 'before@x.example', externalId: 'before' });
    const other = await users.create({ userName: 'other@x.example' });
    const group = await groups.create({ displayName: 'Before' }, members(user.id));
    await connections.delete(id, ACT);
    const changing = disturbed(operation, async () => {
      await users.change(user.id, () => ({ userName: 'after@x.example', externalId: 'after' }));
      await groups.change(
        group.id,
        () => ({ attributes: { displayName: 'After' }, members: members(other.id) }),
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
  'who is late, at its %s, touches nothing of another connection that has the id by then',
  async (operation) => {
    const { id, users } = await connect();
    await users.create({ userName: 'same@x.example', externalId: 'same' });
    await connections.delete(id, ACT);
    const purge = await purgeOf(id);
    let kept: readonly string[] = [];
    const late = disturbed(operation, async () => {
      // Another one ends the removal, and an administrator creates the connection anew.
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
