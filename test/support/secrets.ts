import { Table } from '../../directory/store/table';
import { openEngine } from '../directory/support';
import { send } from './client';
import type { ServerProcess } from './server-process';

/** Passwords that the tests of the `system` project send. */
const PASSWORDS = ['1mz050nq', 'Hunter2', 'n3wPassw0rd', 'pass-word-1'];

/** Matches bearer tokens of this service, and Authorization headers with a bearer token. */
const TOKENS = /scim_[a-z0-9-]+_[a-z0-9]{10}_[A-Za-z0-9_-]{20,}|\bbearer +[\w.-]{8,}/gi;

/**
 * Finds tokens and passwords that a server wrote to its table, logs or mails.
 * @returns the place and the first characters of each
 */
export async function secretsIn(server: ServerProcess): Promise<readonly string[]> {
  const mails = (await send('GET', server.mailboxUrl, { Accept: 'application/json' })).text;
  const found = [...inText('logs', server.log()), ...inText('mails', mails)];
  const engine = openEngine(server.dynamodbEndpoint);
  try {
    for await (const page of new Table(engine, server.tableName).scan(1)) {
      for (const item of page) found.push(...inText(`item ${item.pk}`, JSON.stringify(item)));
    }
  } finally {
    engine.close();
  }
  return found;
}

function inText(where: string, text: string): readonly string[] {
  const secrets = [
    ...(text.match(TOKENS) ?? []),
    ...PASSWORDS.filter((password) => text.includes(password)),
  ];
  return secrets.map((secret) => `${where}: ${secret.slice(0, 12)}…`);
}
