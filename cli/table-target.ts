import { DynamoDBConnection, type DynamoDBOptions } from '../directory/store/client/dynamodb';
import { connectionKey } from '../directory/store/keys';
import { Table } from '../directory/store/table';
import { awsAccess } from './aws-access';
import { variable, type DeploymentOptions } from './deployment';
import { reasonOf, UnreachableError, UsageError } from './errors';
import { stackOutputs } from './stack-outputs';

/** The options that name a table. */
export interface TableOptions extends Omit<DeploymentOptions, 'adminUrl'> {
  readonly table?: string | undefined;
  /** Endpoint of a local engine. @default - AWS */
  readonly dynamodb?: string | undefined;
}

/** Timeout for checking that the table answers. */
const PROBE_MS = 5000;

/**
 * Opens the table that the options name.
 * @throws UsageError, UnreachableError with the reason if the table cannot be read
 */
export async function openTable(
  options: TableOptions,
): Promise<{ readonly table: Table; readonly close: () => void }> {
  const { dynamodb } = options;
  if (dynamodb !== undefined && !URL.canParse(dynamodb)) {
    throw new UsageError(
      `--dynamodb takes a URL such as http://127.0.0.1:8000, not "${dynamodb}".`,
    );
  }
  const name = await tableNameOf(options);
  const access = dynamodb === undefined ? await ownAccess(options) : localAccess(dynamodb);
  const connection = new DynamoDBConnection(access);
  const table = new Table(connection, name);
  try {
    // Any key will do: this checks that the table answers in time.
    await table.forRequest(Date.now() + PROBE_MS).get(connectionKey('default'));
  } catch (error) {
    connection.close();
    throw new UnreachableError(`The table "${name}" cannot be read: ${reasonOf(error)}`);
  }
  return {
    table,
    close: () => {
      connection.close();
    },
  };
}

/** @throws UsageError */
async function tableNameOf(options: TableOptions): Promise<string> {
  const { table, stack = variable('CDK_SCIM_STACK') } = options;
  if (table !== undefined) return table;
  if (stack === undefined) {
    throw new UsageError(
      'Name the table with --table, or the stack of the deployment with --stack.',
    );
  }
  const { tableName } = await stackOutputs(stack, options);
  if (tableName !== undefined) return tableName;
  throw new UsageError(`The stack "${stack}" has no output TableName. Use --table.`);
}

function localAccess(endpoint: string): DynamoDBOptions {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { endpoint, region: 'us-east-1', credentials: () => credentials };
}

async function ownAccess(options: TableOptions): Promise<DynamoDBOptions> {
  const { credentials, region } = await awsAccess(options);
  return { region: await region(), credentials };
}
