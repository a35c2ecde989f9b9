import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import type { Scope } from '../../directory/resources';
import { Table } from '../../directory/table';
import { server } from '../support/client';

/** What the calls between two readings cost. */
export interface Units {
  reads: number;
  writes: number;
  calls: number;
}

/** A connection's part of the table on the real engine, with a meter on every call. */
export function meteredScope(): {
  scope: Scope;
  client: DynamoDBClient;
  measure: (work: () => Promise<unknown>) => Promise<Units>;
} {
  const { dynamodbEndpoint, tableName } = server();
  const client = new DynamoDBClient({
    endpoint: dynamodbEndpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const units: Units = { reads: 0, writes: 0, calls: 0 };
  client.middlewareStack.add(
    (next) => async (args) => {
      const input = args.input as Record<string, unknown>;
      const result = await next({ ...args, input: { ...input, ReturnConsumedCapacity: 'TOTAL' } });
      const isWrite = 'Item' in input || 'UpdateExpression' in input || 'TransactItems' in input;
      const { ConsumedCapacity: consumed } = result.output as { ConsumedCapacity?: unknown };
      for (const { CapacityUnits = 0 } of [consumed ?? []].flat() as { CapacityUnits?: number }[]) {
        units[isWrite ? 'writes' : 'reads'] += CapacityUnits;
      }
      units.calls += 1;
      return result;
    },
    { step: 'initialize' },
  );
  const scope = { table: new Table(client, tableName), connection: `t-${randomUUID()}`, baseUrl: 'https://x' };
  const measure = async (work: () => Promise<unknown>): Promise<Units> => {
    const before = { ...units };
    await work();
    return {
      reads: units.reads - before.reads,
      writes: units.writes - before.writes,
      calls: units.calls - before.calls,
    };
  };
  return { scope, client, measure };
}
