import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { DynamoDBConnection, type DynamoDBOptions } from '../directory/store/client/dynamodb';
import { connectionKey } from '../directory/store/keys';
import { Table } from '../directory/store/table';

/** Invalid command line. The message states how to fix it. */
export class UsageError extends Error {}

/** `--help` text of the flags that all tools share. */
export const TARGET_USAGE = `  --table NAME       table: a stack output, or "scim" for npm start
  --dynamodb URL     endpoint of a local engine, such as the dynamodbEndpoint that
                     "npm start -- --json" prints; by default, the tool uses AWS with the
                     credentials and region of the environment
  --help             show this help
`;

const TARGET_OPTIONS = {
  table: { type: 'string' },
  dynamodb: { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** Values of a tool's flags by name. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Parses the command line of a tool.
 * @returns the flags, or 'help' for `--help`
 * @throws UsageError
 */
export function readFlags(
  args: readonly string[],
  own: ParseArgsConfig['options'] = {},
): Flags | 'help' {
  try {
    const { values } = parseArgs({ args: [...args], options: { ...TARGET_OPTIONS, ...own } });
    const flags = values as Flags;
    return flags['help'] === true ? 'help' : flags;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Opens the table that the flags name.
 * @throws UsageError, also with the reason if the table cannot be read
 */
export async function openTarget({
  table: name,
  dynamodb,
}: Flags): Promise<{ readonly table: Table; readonly close: () => void }> {
  if (typeof name !== 'string') throw new UsageError('--table is missing.');
  if (typeof dynamodb === 'string' && !URL.canParse(dynamodb)) {
    throw new UsageError(
      `--dynamodb takes a URL such as http://127.0.0.1:8000, not "${dynamodb}".`,
    );
  }
  const connection = new DynamoDBConnection(
    typeof dynamodb === 'string' ? localAccess(dynamodb) : await ownAccess(),
  );
  const table = new Table(connection, name);
  try {
    // Any key will do: this checks that the table answers in time.
    await table.forRequest(Date.now() + PROBE_MS).get(connectionKey('default'));
  } catch (error) {
    connection.close();
    throw new UsageError(`The table "${name}" cannot be read: ${reasonOf(error)}`);
  }
  return {
    table,
    close: () => {
      connection.close();
    },
  };
}

/** Timeout for checking that the table answers. */
const PROBE_MS = 5000;

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (typeof cause !== 'object' || cause === null || !('message' in cause)) return error.message;
  return typeof cause.message === 'string' ? cause.message : error.message;
}

function localAccess(endpoint: string): DynamoDBOptions {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { endpoint, region: 'us-east-1', credentials: () => credentials };
}

/** Finds credentials and region as the AWS CLI does, with the provider chain of the SDK. */
async function ownAccess(): Promise<DynamoDBOptions> {
  // The SDK's notice that later versions need a newer Node.js is for maintainers, not for users.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const { config } = new DynamoDBClient({});
  return { region: await config.region(), credentials: config.credentials };
}

/** Returns the value of a numeric flag. @throws UsageError */
export function integerFlag(flags: Flags, name: string, fallback: number): number {
  const value = flags[name];
  if (value === undefined) return fallback;
  if (typeof value !== 'string' || !/^\d{1,8}$/.test(value))
    throw new UsageError(`--${name} takes a number.`);
  return Number(value);
}

/**
 * Runs a tool and sets its exit code. A usage error prints the usage and exits with 2; any other
 * error prints its message and exits with 1.
 */
export function runTool(usage: string, main: () => Promise<number>): void {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      const message = reasonOf(error);
      process.stderr.write(error instanceof UsageError ? `${message}\n\n${usage}` : `${message}\n`);
      process.exitCode = error instanceof UsageError ? 2 : 1;
    },
  );
}
