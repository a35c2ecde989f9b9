import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { DynamoDBConnection, type DynamoDBOptions } from '../directory/store/dynamodb';
import { connectionKey } from '../directory/store/keys';
import { Table } from '../directory/store/table';

/** A flag that cannot be used; the message says what to change. */
export class UsageError extends Error {}

/** The flags that every tool takes, for its `--help`. */
export const TARGET_USAGE = `  --table NAME       the table: an output of the stack, or "scim" for npm start
  --dynamodb URL     an engine on this machine, such as the dynamodbEndpoint that npm start --json prints;
                     without it AWS, with the credentials and the region of the environment
  --help             this text
`;

const TARGET_OPTIONS = { table: { type: 'string' }, dynamodb: { type: 'string' }, help: { type: 'boolean' } } as const;

/** Text values of a tool's flags by name. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/** @returns the flags, or 'help' when that is all that was asked for @throws UsageError */
export function readFlags(args: readonly string[], own: ParseArgsConfig['options'] = {}): Flags | 'help' {
  try {
    const { values } = parseArgs({ args: [...args], options: { ...TARGET_OPTIONS, ...own } });
    const flags = values as Flags;
    return flags['help'] === true ? 'help' : flags;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The table that the flags name. @throws UsageError, also when it cannot be read: then with the reason */
export async function openTarget({
  table: name,
  dynamodb,
}: Flags): Promise<{ readonly table: Table; readonly close: () => void }> {
  if (typeof name !== 'string') throw new UsageError('--table is missing.');
  if (typeof dynamodb === 'string' && !URL.canParse(dynamodb)) {
    throw new UsageError(`--dynamodb takes a URL such as http://127.0.0.1:8000, not "${dynamodb}".`);
  }
  const connection = new DynamoDBConnection(typeof dynamodb === 'string' ? localAccess(dynamodb) : await ownAccess());
  const table = new Table(connection, name);
  try {
    // Any key: what matters is that there is an answer, and soon.
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

/** How long a table that does not answer is asked. */
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

/** Credentials and region as the AWS CLI finds them: the SDK knows all the places. */
async function ownAccess(): Promise<DynamoDBOptions> {
  // The notice that a later SDK will want a newer Node.js is for maintainers, not for whoever runs a tool.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const { config } = new DynamoDBClient({});
  return { region: await config.region(), credentials: config.credentials };
}

/** @throws UsageError */
export function integerFlag(flags: Flags, name: string, fallback: number): number {
  const value = flags[name];
  if (value === undefined) return fallback;
  if (typeof value !== 'string' || !/^\d{1,8}$/.test(value)) throw new UsageError(`--${name} takes a number.`);
  return Number(value);
}

/** Runs a tool: a usage error ends it with its usage and code 2, any other one with its message and code 1. */
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
