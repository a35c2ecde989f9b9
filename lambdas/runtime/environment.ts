import { DynamoDBConnection } from '../../directory/store/client/dynamodb';
import { Table } from '../../directory/store/table';
import { ENVIRONMENT } from '../contract';
import { traceCalls } from './trace';

/** Opens the table named in the environment, with the credentials that Lambda provides. */
export function openTable(): Table {
  const name = variable(ENVIRONMENT.tableName);
  const sessionToken = process.env['AWS_SESSION_TOKEN'];
  const credentials = {
    accessKeyId: variable('AWS_ACCESS_KEY_ID'),
    secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
  const region = variable('AWS_REGION');
  const isTraced = process.env[ENVIRONMENT.tracing] !== undefined;
  const connection = new DynamoDBConnection({
    region,
    ...(isTraced ? { onCall: traceCalls(name, region) } : {}),
    endpoint: process.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? process.env['AWS_ENDPOINT_URL'],
    credentials: () => credentials,
  });
  return new Table(connection, name);
}

/** Returns how many days the entries of the provisioning log are kept. */
export function logRetentionDays(): number {
  return Number(variable(ENVIRONMENT.logDays));
}

/**
 * Returns an environment variable that the construct sets.
 * @param fallback for variables that functions of an earlier release do not have: during an
 *   upgrade, new code runs with earlier variables for a moment
 * @throws Error if it is missing
 */
export function variable(name: string, fallback?: string): string {
  const value = process.env[name] ?? fallback;
  if (value === undefined) throw new Error(`The environment variable ${name} is missing.`);
  return value;
}
