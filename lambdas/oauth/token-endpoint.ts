import { CONNECTION_ID, type Connection } from '../../directory/connections/connection';
import { Connections } from '../../directory/connections/connections';
import { networkOf } from '../../directory/connections/oauth/token-failures';
import { unlessBusy } from '../../directory/store/retries';
import type { Table } from '../../directory/store/table';
import { connectionDisabled } from '../../scim/errors/access-errors';
import { ScimError } from '../../scim/errors/scim-error';
import { openTokenVerifier } from '../federation/open-verifier';
import type { Answer } from '../http/answer';
import { refusalOf, type TokenProblem } from '../http/authenticate';
import type { ReceivedRequest } from '../http/request-context';
import type { ScimRequest } from '../http/scim-request';
import { SetupRecorder } from '../http/setup-recorder';
import { FailureRecorder, type IdentifiedCaller } from '../observability/failure-recorder';
import { logFailure } from '../observability/log';
import { RefusalLog } from '../observability/refusal-log';
import { UsageCounter } from '../observability/usage-counter';
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
  private readonly usage = new UsageCounter();
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
      if (error instanceof TokenError) return this.reject(received, error);
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
      return new TokenError('invalid_request', text, 405, { Allow: 'POST' }).toAnswer();
    }
    const sent = readTokenRequest(request);
    const connection = await new Connections(table).find(request.connectionId);
    if (connection === undefined) return this.refuseUnknown(received);
    const client = await authenticateClient(connection, sent.authentication, table, this.verifier);
    if ('problem' in client) return this.refuse(received, connection, client);
    if (!connection.enabled) return this.refuseDisabled(received, connection, client);
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
    connection: Connection,
    { problem, client, secret }: RefusedClient,
  ): Promise<Answer> {
    const answer = await this.countFailure(received, client);
    if (secret === undefined) {
      await this.logRefusal(received, answer, problem);
      return answer;
    }
    const failures = this.recorder(received, { connection, token: secret });
    failures.recordRefusedClient(withoutBody(received.request), answer.status, problem.detail);
    await Promise.all([
      failures.write(),
      this.countUse(received),
      this.setups.recordRefused(this.tableForLog(), received, answer, problem),
    ]);
    return answer;
  }

  /** Answers as if the connection existed, so that the limit does not show whether it does. */
  private async refuseUnknown(received: ReceivedTokenRequest): Promise<Answer> {
    const isPossible = CONNECTION_ID.test(received.request.connectionId);
    return isPossible ? this.countFailure(received) : invalidClient().toAnswer();
  }

  private async countFailure(
    { request: { connectionId: connection }, address, begun }: ReceivedTokenRequest,
    client?: string,
  ): Promise<Answer> {
    const source = { connection, network: networkOf(address), client };
    const wait = await this.limit.count(this.tableForLog(), source, begun);
    return (wait === undefined ? invalidClient() : tooManyFailures(wait)).toAnswer();
  }

  /** Counts a refused request, so that the connection does not seem idle. */
  private async countUse({ request, requestId }: ReceivedTokenRequest): Promise<void> {
    const [table, id] = [this.tableForLog(), request.connectionId];
    try {
      await unlessBusy(async () => {
        await this.usage.countRequest(table, id);
        await this.usage.countFailure(table, id);
      });
    } catch (error) {
      logFailure(error, requestId);
    }
  }

  /** Answers a request that asks for something else than a token that its client may have. */
  private async reject(received: ReceivedTokenRequest, error: TokenError): Promise<Answer> {
    const answer = error.toAnswer();
    const detail = `${error.code}: ${error.description}`;
    await this.logRefusal(received, answer, { code: 'invalidRequest', detail });
    return answer;
  }

  private async logRefusal(
    received: ReceivedTokenRequest,
    answer: Answer,
    problem: TokenProblem,
  ): Promise<void> {
    const table = this.tableForLog();
    const reason = { ...refusalOf(problem, answer.status), cause: 'clientRefused' } as const;
    await Promise.all([
      this.refusals.log(table, received, reason),
      this.setups.recordRefused(table, received, answer, problem),
    ]);
  }

  /** Logs that a known client asks for a token of a disabled connection. */
  private async refuseDisabled(
    received: ReceivedTokenRequest,
    connection: Connection,
    { credential }: AuthenticatedClient,
  ): Promise<Answer> {
    const failures = this.recorder(received, { connection, token: credential.id });
    failures.record(withoutBody(received.request), connectionDisabled());
    await failures.write();
    return new TokenError('unauthorized_client', 'This connection is disabled.').toAnswer();
  }

  private recorder(
    { requestId, begun }: ReceivedTokenRequest,
    caller: IdentifiedCaller,
  ): FailureRecorder {
    const openTable = (): Table => this.tableForLog();
    return new FailureRecorder(caller, { openTable, requestId, begun, logDays: this.logDays });
  }

  private tableForLog(): Table {
    return this.table.forRequest(Date.now() + LOG_MS);
  }
}

/** The body has the client's secret, which the log must not see. */
function withoutBody(request: ScimRequest): ScimRequest {
  return { ...request, body: '' };
}
