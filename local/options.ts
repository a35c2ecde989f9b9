import { parseArgs } from 'node:util';
import { IDENTITY_PROVIDERS } from '../idp/profiles/registry';

/** The flags of `npm start`. */
export interface Options {
  readonly port: number;
  readonly memory: boolean;
  readonly json: boolean;
  readonly identityProvider: string;
  readonly failureMailTo: string | undefined;
  readonly failureMailWindowSeconds: number | undefined;
  readonly dynamodb: string | undefined;
}

/** Invalid command line. The message states how to fix it. */
export class UsageError extends Error {}

export const USAGE = `Runs the SCIM service on this machine (127.0.0.1) as it would run on AWS.

  npm start -- [flags]

  --port N                         port to listen on; 0 picks a free one (default: 8080)
  --memory                         keep nothing on disk; by default, data is kept in .scim-local/
  --json                           print only one line of JSON to standard output, when ready
                                   (to suppress npm's own output: npm start --silent -- --json)
  --idp NAME                       profile of the connection "default" (default: generic):
                                   ${IDENTITY_PROVIDERS.join(', ')}
  --failure-mail-to ADDRESS        recipient of mails about connections without recipients
  --failure-mail-window SECONDS    time to collect failures for one mail: 1 to 300 (default: 2)
  --dynamodb URL                   another DynamoDB endpoint instead of the embedded engine
  --help                           show this help
`;

/**
 * Parses the command line.
 * @returns 'help' for `--help`
 * @throws UsageError
 */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parsed(args);
  if (values.help === true) return 'help';
  return {
    port: integer('--port', values.port ?? '8080', 0, 65_535),
    memory: values.memory === true,
    json: values.json === true,
    identityProvider: identityProvider(values.idp ?? 'generic'),
    failureMailTo: values['failure-mail-to'],
    failureMailWindowSeconds:
      values['failure-mail-window'] === undefined
        ? undefined
        : integer('--failure-mail-window', values['failure-mail-window'], 1, 300),
    dynamodb: values.dynamodb === undefined ? undefined : url(values.dynamodb),
  };
}

function parsed(args: readonly string[]): { values: Values } {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        memory: { type: 'boolean' },
        json: { type: 'boolean' },
        idp: { type: 'string' },
        'failure-mail-to': { type: 'string' },
        'failure-mail-window': { type: 'string' },
        dynamodb: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

interface Values {
  readonly port?: string | undefined;
  readonly memory?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly idp?: string | undefined;
  readonly 'failure-mail-to'?: string | undefined;
  readonly 'failure-mail-window'?: string | undefined;
  readonly dynamodb?: string | undefined;
  readonly help?: boolean | undefined;
}

function integer(flag: string, text: string, least: number, most: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most))
    throw new UsageError(`${flag} takes a number from ${least} to ${most}, not "${text}".`);
  return number;
}

function identityProvider(name: string): string {
  if (IDENTITY_PROVIDERS.some((known) => known === name)) return name;
  throw new UsageError(`--idp takes one of ${IDENTITY_PROVIDERS.join(', ')}, not "${name}".`);
}

function url(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new UsageError(`--dynamodb takes a URL such as http://127.0.0.1:8000, not "${text}".`);
}
