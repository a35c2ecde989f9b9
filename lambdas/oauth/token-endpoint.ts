import { CONNECTION_ID, type Connection } from '../../directory/connections/connection';
import { Connections } from '../../directory/connections/connections';
import { unlessBusy } from '../../directory/store/retries';
import type { Table } from '../../directory/store/table';
import { connectionDisabled } from '../../scim/errors/access-errors';
import { ScimError } from '../../scim/errors/scim-error';
import { openTokenVerifier } from '../federation/open-verifier';
import type { Answer } from '../http/answer';
import { refusalOf, type TokenProblem } from '../http/authenticate';
import type { ReceivedRequest } from '../http/request-context';
import { SetupRecorder } from '../http/setup-recorder';
import { FailureRecorder } from '../observability/failure-recorder';
import { logFailure } from '../observability/log';
import { RefusalLog } from '../observability/refusal-log';
import {
  authenticateClient,
  type AuthenticatedClient,
  type RefusedClient,
} from './authenticate-client';
import { FailureLimit } from './failure-limit';
import { grantAccess } from './grant';
import { invalidClient, TokenError, tooManyFailures } from './token-error';
import { readTokenRequest, type TokenRequest } from './token-request';

/** How long an answer may wait for the log, including the second that `Retries` reserves. */
const LOG_MS = 2000;

/** A request to the token endpoint, with the address that it came from. */
export interface ReceivedTokenRequest extends ReceivedRequest {
  readonly address: string;
}

/** The token endpoint of each connection (RFC 6749 section 3.2). */
export class TokenEndpoint {
  private readonly limit = new FailureLimit();
  private readonly refusals: RefusalLog;
  private readonly setups = new SetupRecorder();
  private readonly verifier = openTokenVerifier();

  /**
   * @param table for what follows a request: it has its own deadline
   * @param logDays how long entries of the connection's log are kept
   */
  constructor(
    private readonly table: Table,
    private readonly logDays: number,
  ) {
    this.refusals = new RefusalLog(logDays);
  }

  /** Answers a request; it never throws. */
  async answer(received: ReceivedTokenRequest): Promise<Answer> {
    try {
      return await this.serve(received);
    } catch (error) {
      if (error instanceof TokenError) return error.toAnswer();
      logFailure(error, received.requestId);
      const isBusy = error instanceof ScimError && error.code === 'busy';
      const status = isBusy ? 503 : 500;
      const code = isBusy ? 'temporarily_unavailable' : 'server_error';
      const text = `The request could not be served. Its id is ${received.requestId}.`;
      const headers = isBusy ? { 'Retry-After': '1' } : {};
      return new TokenError(code, text, status, headers).toAnswer();
    }
  }

  private async serve(received: ReceivedTokenRequest): Promise<Answer> {
    const { request, table } = received;
    if (request.method !== 'POST') {
      const text = 'The token endpoint takes POST only.';
      throw new TokenError('invalid_request', text, 405, { Allow: 'POST' });
    }
    const sent = readTokenRequest(request);
    const connection = await new Connections(table).find(request.connectionId);
    if (connection === undefined) return this.refuseUnknown(received);
    const client = await authenticateClient(connection, sent.authentication, table, this.verifier);
    if ('problem' in client) return this.refuse(received, client);
    if (!connection.enabled) throw await this.refuseDisabled(received, connection, client);
    return this.grant(received, connection, client, sent);
  }

  private async grant(
    received: ReceivedTokenRequest,
    connection: Connection,
    client: AuthenticatedClient,
    { scopes }: TokenRequest,
  ): Promise<Answer> {
    const answer = grantAccess(connection, client, scopes);
    await this.setups.record(this.tableForLog(), connection, received, answer);
    return answer;
  }

  private async refuse(
    received: ReceivedTokenRequest,
    { problem, client }: RefusedClient,
  ): Promise<Answer> {
    const [answer] = await Promise.all([
      this.countFailure(received, client),
      this.logRefusal(this.tableForLog(), received, problem),
    ]);
    return answer;
  }

  /** Answers as if the connection existed, so that the limit does not show whether it does. */
  private async refuseUnknown(received: ReceivedTokenRequest): Promise<Answer> {
    const isPossible = CONNECTION_ID.test(received.request.connectionId);
    return isPossible ? this.countFailure(received, '') : invalidClient().toAnswer();
  }

  private async countFailure(
    { request, address, begun }: ReceivedTokenRequest,
    client: string,
  ): Promise<Answer> {
    const source = { connection: request.connectionId, address, client };
    const wait = await this.limit.count(this.tableForLog(), source, begun);
    return (wait === undefined ? invalidClient() : tooManyFailures(wait)).toAnswer();
  }

  private async logRefusal(
    table: Table,
    received: ReceivedTokenRequest,
    problem: TokenProblem,
  ): Promise<void> {
    const reason = { ...refusalOf(problem), cause: 'clientRefused' } as const;
    await Promise.all([
      this.refusals.log(table, received, reason),
      this.setups.recordRefused(table, received, invalidClient().toAnswer(), problem),
    ]);
  }

  /** Logs that a known client asks for a token of a disabled connection. */
  private async refuseDisabled(
    { request, requestId, begun }: ReceivedTokenRequest,
    connection: Connection,
    { credential }: AuthenticatedClient,
  ): Promise<TokenError> {
    const caller = { connection, token: credential.id };
    const openTable = (): Table => this.tableForLog();
    const context = { openTable, requestId, begun, logDays: this.logDays };
    const failures = new FailureRecorder(caller, context);
    // The body has the client's secret, which the log must not see.
    failures.record({ ...request, body: '' }, connectionDisabled());
    await unlessBusy(() => failures.write());
    return new TokenError('unauthorized_client', 'This connection is disabled.');
  }

  private tableForLog(): Table {
    return this.table.forRequest(Date.now() + LOG_MS);
  }
}
