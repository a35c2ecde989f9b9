import type {
  Connection,
  ConnectionUsage,
  FailureLogEntry,
  MailLogEntry,
  OAuthClient,
  ScimAdminClient,
  Token,
  Trust,
} from '../../../client';
import { listed } from '../../commands/listed';

/** The milliseconds of a day. */
export const DAY_MS = 86_400_000;

/** The most entries of the log that are read. */
export const MOST_ENTRIES = 1000;

/** The state of an enabled connection, as the admin API tells it. */
export interface ConnectionFacts {
  readonly connection: Connection;
  readonly tokens: readonly Token[];
  readonly clients: readonly OAuthClient[];
  readonly trust: Trust | undefined;
  readonly usage: ConnectionUsage;
  /** Of the last day, newest first. */
  readonly failures: readonly FailureLogEntry[];
  /** Mails of the last day that SES did not accept, newest first. */
  readonly mails: readonly MailLogEntry[];
}

/** Reads the state of a connection. @param now milliseconds since 1970 */
export async function connectionFacts(
  admin: ScimAdminClient,
  connection: Connection,
  now: number,
): Promise<ConnectionFacts> {
  const { id } = connection;
  const from = new Date(now - DAY_MS).toISOString();
  const [tokens, clients, trust, usage, failures, mails] = await Promise.all([
    admin.tokens(id),
    admin.oauth.clients(id),
    admin.oauth.trust(id),
    admin.usage(id),
    listed(admin.log(id, { status: 'failed', from }), MOST_ENTRIES),
    listed(admin.log(id, { kind: 'mail', from }), MOST_ENTRIES),
  ]);
  return {
    connection,
    tokens,
    clients,
    trust,
    usage,
    failures: failures.filter((entry) => entry.kind === 'failure'),
    mails: mails.filter((entry) => entry.kind === 'mail'),
  };
}
