import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CALL_TIMEOUT_MS } from '../../directory/retries';
import { Table } from '../../directory/table';
import { ENVIRONMENT } from '../contract';

/** The table that the construct names in the environment. Whether a call is made again is decided by the request, which knows its time. */
export function openTable(): Table {
  const name = process.env[ENVIRONMENT.tableName];
  if (name === undefined) throw new Error(`The environment variable ${ENVIRONMENT.tableName} is missing.`);
  const requestHandler = { connectionTimeout: 1000, requestTimeout: CALL_TIMEOUT_MS, throwOnRequestTimeout: true };
  return new Table(new DynamoDBClient({ maxAttempts: 1, requestHandler }), name);
}
