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

/** A flag that cannot be used; the message says what to change. */
export class UsageError extends Error {}

export const USAGE = `Serves SCIM on this machine, as it would be deployed.

  npm start -- [flags]

  --port N                         where to listen on 127.0.0.1; 0 picks a free port (default 8080)
  --memory                         keep nothing on disk; otherwise data is kept in .scim-local/
  --json                           when ready print one line of JSON on standard output and nothing else
                                   (npm has a line of its own: npm start --silent -- --json)
  --idp NAME                       profile of the first connection, "default" (default generic):
                                   ${IDENTITY_PROVIDERS.join(', ')}
  --failure-mail-to ADDRESS        who gets the mails about connections that name nobody
  --failure-mail-window SECONDS    how long failures are gathered before a mail tells them: 1 to 300 (default 2)
  --dynamodb URL                   another DynamoDB endpoint instead of the embedded engine
  --help                           this text
`;

/**
 * Reads the command line.
 * @returns 'help' when that is all that was asked for
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
