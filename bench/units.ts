import { randomUUID } from 'node:crypto';
import { Groups } from '../directory/groups';
import { Table } from '../directory/store/table';
import { Users } from '../directory/users';
import type { DynamoDB } from '../directory/store/dynamodb';
import { DynamoDBConnection } from '../directory/store/dynamodb';
import { bindFilter } from '../scim/filter/bind';
import { parseFilter } from '../scim/filter/parse';
import { NO_MEMBERSHIP_CHANGE, type MembershipChange } from '../scim/patch/memberships';
import { GROUP, USER } from '../scim/schema/resource-type';
import { seed } from '../tools/seed/seed';
import { startTable } from './support/processes';
import { table } from './support/statistics';

/**
 * On-demand prices per million units in us-east-1, in USD.
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
const READ_MILLION = 0.125;
const WRITE_MILLION = 0.625;

/** The most read and write units of each operation. Units do not depend on the machine. */
const MOST: Readonly<Record<string, readonly [number, number]>> = {
  'get a user by id': [1, 0],
  '`userName eq`': [1.5, 0],
  'create a user (name, externalId, e-mail)': [2, 10],
  'PATCH a user': [1, 1],
  'PATCH a user, nothing changes': [1, 0],
  'delete a user': [1.5, 19],
  'add a member': [4, 5],
  'remove a member': [2, 5],
  'get a group without members': [1, 0],
  'first page of 100 users': [11, 1],
  'second page of 100 users in a crawl': [11.5, 1],
  'count all users': [1, 0],
};

/**
 * Measures the request units of each operation, as reported by the engine (ReturnConsumedCapacity),
 * and the cost of a million of them.
 * @throws Error if an operation takes more than `MOST` allows
 */
export async function units(): Promise<string> {
  const engine = await startTable();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const connection = new DynamoDBConnection({
    endpoint: engine.endpoint,
    region: 'us-east-1',
    credentials: () => credentials,
  });
  const counted = { reads: 0, writes: 0, calls: 0 };
  const metered: DynamoDB = {
    async call(operation, input, options) {
      const result = await connection.call(
        operation,
        { ...input, ReturnConsumedCapacity: 'TOTAL' },
        options,
      );
      const { ConsumedCapacity: consumed } = result as { ConsumedCapacity?: unknown };
      for (const { CapacityUnits = 0 } of [consumed ?? []].flat() as { CapacityUnits?: number }[]) {
        counted[/Put|Update|Delete|Write/.test(operation) ? 'writes' : 'reads'] += CapacityUnits;
      }
      counted.calls += 1;
      return result;
    },
  };
  const scope = {
    table: new Table(metered, 'scim'),
    connection: `bench-${randomUUID()}`,
    baseUrl: 'https://example.com',
  };
  const users = new Users(scope, USER, 'retain');
  const groups = new Groups(scope, GROUP, { uniqueNames: true, unknownMembers: 'skip' });
  const { userIds, groupIds } = await seed(scope, {
    users: 1000,
    groups: 1,
    membersPerGroup: 999,
    prefix: 'u',
  });
  const [one = ''] = userIds;
  const [group = ''] = groupIds;
  const stranger = userIds.at(-1) ?? '';
  let created = '';

  const members = (change: Partial<MembershipChange>) =>
    groups.change(
      group,
      ({ attributes }) => ({ attributes, members: { ...NO_MEMBERSHIP_CHANGE, ...change } }),
      false,
    );
  const operations: Readonly<Record<string, () => Promise<unknown>>> = {
    'get a user by id': () => users.get(one),
    '`userName eq`': () =>
      users.collection.matching(bindFilter(parseFilter('userName eq "u7@example.com"'), USER)),
    'create a user (name, externalId, e-mail)': async () => {
      const emails = [{ value: 'n@example.com', type: 'work' }];
      created = (await users.create({ userName: 'n@example.com', externalId: 'n', emails })).id;
    },
    'PATCH a user': () => users.change(one, ({ attributes }) => ({ ...attributes, title: 'X' })),
    'PATCH a user, nothing changes': () => users.change(one, ({ attributes }) => attributes),
    'delete a user': () => users.delete(created, () => undefined),
    'add a member': () => members({ add: new Map([[stranger, { value: stranger }]]) }),
    'remove a member': () => members({ remove: new Set([stranger]) }),
    'get a group without members': () => groups.get(group),
    'first page of 100 users': () => users.collection.from(1, 100),
    'second page of 100 users in a crawl': () => users.collection.from(101, 100),
    'count all users': () => users.collection.count(),
  };
  const rows: (string | number)[][] = [];
  for (const [name, work] of Object.entries(operations)) {
    const before = { ...counted };
    await work();
    const [reads, writes] = [counted.reads - before.reads, counted.writes - before.writes];
    const [mostReads = 0, mostWrites = 0] = MOST[name] ?? [];
    if (reads > mostReads || writes > mostWrites) {
      throw new Error(
        `"${name}" takes ${reads} read and ${writes} write units; expected are at most ` +
          `${mostReads} and ${mostWrites}.`,
      );
    }
    // Each request also reads its connection, in the same call: 1 unit.
    const cost = (reads + 1) * READ_MILLION + writes * WRITE_MILLION;
    rows.push([name, reads, writes, counted.calls - before.calls, cost.toFixed(2)]);
  }
  connection.close();
  await engine.stop();
  return `The costs include the read of the connection (1 unit); the columns of units do not. \
On-demand prices in us-east-1: ${READ_MILLION} USD per million reads, ${WRITE_MILLION} USD per \
million writes.

Each change also creates an entry in the provisioning log, which is written after the request: \
1 more write, or 2 if the entry exceeds a kilobyte.

${table(['operation', 'reads', 'writes', 'calls', 'DynamoDB, USD per million'], rows)}`;
}
