import { DynamoDBConnection } from '../../directory/store/dynamodb';
import { Table } from '../../directory/store/table';
import { ENVIRONMENT } from '../contract';

/** The table that the construct names in the environment, with the credentials that Lambda puts there. */
export function openTable(): Table {
  const name = variable(ENVIRONMENT.tableName);
  const credentials = {
    accessKeyId: variable('AWS_ACCESS_KEY_ID'),
    secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
    ...(process.env['AWS_SESSION_TOKEN'] === undefined ? {} : { sessionToken: process.env['AWS_SESSION_TOKEN'] }),
  };
  const connection = new DynamoDBConnection({
    region: variable('AWS_REGION'),
    endpoint: process.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? process.env['AWS_ENDPOINT_URL'],
    credentials: () => credentials,
  });
  return new Table(connection, name);
}

/** An environment variable that the construct sets. @throws Error when it is missing */
export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The environment variable ${name} is missing.`);
  return value;
}
