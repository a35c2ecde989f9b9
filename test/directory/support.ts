import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import type { AdminAction } from '../../directory/connections/audit';
import type { Connection } from '../../directory/connections/connection';
import { connectionToItem } from '../../directory/connections/connection-item';
import { DynamoDBConnection, type DynamoDB } from '../../directory/store/client/dynamodb';
import type { Tenant } from '../../directory/resources/tenant';
import { Table } from '../../directory/store/table';
import { server } from '../support/client';

/** Creates a connection as the table stores it, with defaults for the settings not given. */
export function connectionWith(settings: Partial<Connection> & Pick<Connection, 'id'>): Connection {
  return {
    displayName: 'Test',
    identityProvider: 'generic',
    enabled: true,
    userDeletion: 'retain',
    groups: true,
    tokenExpiresInDays: 365,
    secret: true,
    createdAt: '2026-01-01T00:00:00.000Z',
    tokens: [],
    schemas: [],
    customTypes: [],
    deploymentTypes: [],
    mapping: [],
    roleRules: [],
    adoption: 'off',
    verifiedDomains: [],
    membershipsConverted: true,
    cursorKey: Buffer.alloc(32).toString('base64url'),
    ...settings,
  };
}

/** Actor and action that the audit log records for changes made by tests. */
export const ACT: AdminAction = {
  actor: 'arn:aws:iam::000000000000:user/test',
  action: 'connection.update',
};

/** Request units and calls that a measured piece of work consumed. */
export interface Units {
  reads: number;
  writes: number;
  calls: number;
}

/** Opens a connection to a DynamoDB engine, by default that of the test server. */
export function openEngine(endpoint = server().dynamodbEndpoint): DynamoDBConnection {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBConnection({ endpoint, region: 'us-east-1', credentials: () => credentials });
}

/**
 * Creates a table like the server's but without the stream, so that no function of the server acts
 * on its items.
 * @returns the table's name
 */
export async function createOwnTable(): Promise<string> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({
    endpoint: server().dynamodbEndpoint,
    region: 'us-east-1',
    credentials,
  });
  const { Table: like } = await client.send(
    new DescribeTableCommand({ TableName: server().tableName }),
  );
  const name = `own-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: like?.KeySchema,
      AttributeDefinitions: like?.AttributeDefinitions,
      GlobalSecondaryIndexes: like?.GlobalSecondaryIndexes?.map(
        ({ IndexName, KeySchema, Projection }) => ({
          IndexName,
          KeySchema,
          Projection,
        }),
      ),
    }),
  );
  client.destroy();
  return name;
}

/** Creates a tenant, by default in the server's table, and measures each call of its client. */
export function meteredTenant(tableName = server().tableName): {
  tenant: Tenant;
  client: DynamoDB;
  close: () => void;
  measure: (work: () => Promise<unknown>) => Promise<Units>;
} {
  const engine = openEngine();
  const units: Units = { reads: 0, writes: 0, calls: 0 };
  const client: DynamoDB = {
    async call(operation, input, options) {
      const result = await engine.call(
        operation,
        { ...input, ReturnConsumedCapacity: 'TOTAL' },
        options,
      );
      const isWrite = /Put|Update|Delete|Write/.test(operation);
      const { ConsumedCapacity: consumed } = result as { ConsumedCapacity?: unknown };
      for (const { CapacityUnits = 0 } of [consumed ?? []].flat() as { CapacityUnits?: number }[]) {
        units[isWrite ? 'writes' : 'reads'] += CapacityUnits;
      }
      units.calls += 1;
      return result;
    },
  };
  const tenant = {
    table: new Table(client, tableName),
    connection: `t-${randomUUID()}`,
    baseUrl: 'https://x',
    request: { token: 'abcdefghij', requestId: randomUUID(), begun: Date.now() },
  };
  const measure = async (work: () => Promise<unknown>): Promise<Units> => {
    const before = { ...units };
    await work();
    return {
      reads: units.reads - before.reads,
      writes: units.writes - before.writes,
      calls: units.calls - before.calls,
    };
  };
  const close = () => {
    engine.close();
  };
  return { tenant, client, close, measure };
}

/** Creates the connection of a tenant before the tests: changes of groups are noted in its item. */
export function createConnection({ table, connection }: Tenant): void {
  beforeAll(async () => {
    await table.write([{ put: connectionToItem(connectionWith({ id: connection })) }]);
  });
}
