import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import type { AdminAction } from '../../directory/connections/audit';
import type { Connection } from '../../directory/connections/connection';
import { DynamoDBConnection, type DynamoDB } from '../../directory/store/dynamodb';
import type { Tenant } from '../../directory/resources/tenant';
import { Table } from '../../directory/store/table';
import { server } from '../support/client';

/** A connection as the table keeps it. */
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
    cursorKey: Buffer.alloc(32).toString('base64url'),
    ...settings,
  };
}

/** Who acts on connections in tests. */
export const ACT: AdminAction = {
  actor: 'arn:aws:iam::000000000000:user/test',
  action: 'connection.update',
};

/** What the calls between two readings cost. */
export interface Units {
  reads: number;
  writes: number;
  calls: number;
}

/** The engine that the tests' server uses. */
export function openEngine(endpoint = server().dynamodbEndpoint): DynamoDBConnection {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBConnection({ endpoint, region: 'us-east-1', credentials: () => credentials });
}

/** Makes a table of its own, like the server's but for the stream: nobody else acts on what is in it. @returns its name */
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

/** A connection's part of the table on the real engine, with a meter on every call. */
export function meteredScope(): {
  scope: Tenant;
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
  const scope = {
    table: new Table(client, server().tableName),
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
  return { scope, client, close, measure };
}
