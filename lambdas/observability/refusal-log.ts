import { Connections } from '../../directory/connections/connections';
import { CONNECTION_ID } from '../../directory/connections/connection';
import { newEntryTime } from '../../directory/log/entry-item';
import { logRefusal } from '../../directory/log/failure-entry';
import { countUse } from '../../directory/connections/usage-counts';
import { unlessBusy } from '../../directory/store/retries';
import type { Table } from '../../directory/store/table';
import type { FailedCheck } from '../../idp/federation/claims';
import { logFailure } from './log';
import { RecentKeys } from './recent-keys';

/** A refused request. */
export interface RefusedRequest {
  readonly request: {
    readonly connectionId: string;
    readonly method: string;
    readonly resource: string;
  };
  readonly requestId: string;
  /** When the request arrived, in milliseconds since the epoch. */
  readonly begun: number;
}

/** Why a request was refused. */
export interface RefusalReason {
  readonly status: number;
  readonly cause: 'tokenRefused' | 'clientRefused';
  /** Entries of the same kind share an occasion: what is wrong, in one word. */
  readonly kind: string;
  readonly detail: string;
  /** The check that a token of the identity provider failed. */
  readonly failed?: FailedCheck;
}

/**
 * Logs requests with an unknown token, or of an unknown client: the most common mistake in a setup
 * is a token that was cut off. Anybody can send such requests, so there is one entry a minute for
 * each connection and kind of mistake, and a function instance reads the connection no more often.
 */
export class RefusalLog {
  private readonly recent = new RecentKeys();

  /** @param days how long entries are kept */
  constructor(private readonly days: number) {}

  /** Logs a refusal. A failure to do so is only written to the function's own log. */
  async log(
    table: Table,
    { request, requestId, begun }: RefusedRequest,
    { status, cause, kind, detail, failed }: RefusalReason,
  ): Promise<void> {
    const { connectionId: connection, method, resource: route } = request;
    const time = newEntryTime();
    if (!CONNECTION_ID.test(connection)) return;
    if (!this.recent.add(`${connection} ${kind} ${time.at.slice(0, 16)}`)) return;
    try {
      await unlessBusy(async () => {
        if ((await new Connections(table).find(connection)) === undefined) return;
        const entry = { ...time, connection, requestId, method, route, status, cause, detail };
        const rest = { ...failed, count: 1, latency: Date.now() - begun };
        await Promise.all([
          logRefusal(table, { ...entry, ...rest }, kind, this.days),
          // So that the console does not show a connection as idle while it is refused.
          countUse(table, connection, { requests: 1, failures: 1 }),
        ]);
      });
    } catch (error) {
      logFailure(error, requestId);
    }
  }
}
