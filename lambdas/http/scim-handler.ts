import { Connections } from '../../directory/connections/connections';
import type { Key } from '../../directory/store/item';
import { connectionKey } from '../../directory/store/keys';
import { unlessBusy } from '../../directory/store/retries';
import type { Table } from '../../directory/store/table';
import { failureKind } from '../observability/failure-kind';
import { FailureRecorder, type IdentifiedCaller } from '../observability/failure-recorder';
import { logFailure } from '../observability/log';
import { RefusalLog } from '../observability/refusal-log';
import { UsageCounter } from '../observability/usage-counter';
import { logRetentionDays, openTable } from '../runtime/environment';
import { ScimError } from '../../scim/errors/scim-error';
import { toResult, type Answer } from './answer';
import { authenticate, refusalOf, type Refusal } from './authenticate';
import { errorAnswer } from './error-answer';
import { measured, type HttpHandler } from './http-function';
import { presentedCredential } from './presented-credential';
import { openTokenVerifier } from '../federation/open-verifier';
import { openRateLimiter, type RejectedCaller } from './rate-limiter';
import { createContext, type ReceivedRequest, type RequestContext } from './request-context';
import { readEvent, type ScimRequest } from './scim-request';
import { SetupRecorder } from './setup-recorder';

/**
 * How long a request may wait for its credential's use to be recorded, including the second that
 * `Retries` reserves.
 */
const USE_MS = 1500;

/**
 * How long a failed request may wait for its log entries, including the second that `Retries`
 * reserves.
 */
const LOG_MS = 2000;

/** Options of a SCIM function. */
export interface ScimHandlerOptions {
  /**
   * Returns keys that the request will probably need; they are read together with the connection.
   * It may also start queries. The reads happen before authentication, so anyone who knows the URL
   * can cause them: they must be few.
   */
  readonly prefetch?: (request: ScimRequest, table: Table) => readonly Key[];
}

/**
 * Creates the handler of a SCIM function. The request lifecycle: read the event, authenticate,
 * serve, write the provisioning log, report metrics. Errors become SCIM answers.
 * @param serve answers an authenticated request, or throws ScimError
 */
export function scimHandler(
  serve: (context: RequestContext) => Promise<Answer>,
  options: ScimHandlerOptions = {},
): HttpHandler {
  const lifecycle = new RequestLifecycle(openTable(), logRetentionDays(), serve, options);
  return measured('client', async (event, invocation) => {
    const begun = Date.now();
    const deadline = begun + invocation.getRemainingTimeInMillis();
    const answer = await lifecycle.answer({
      request: readEvent(event),
      requestId: invocation.awsRequestId,
      begun,
      deadline,
      table: lifecycle.table.forRequest(deadline),
    });
    const result = toResult(answer);
    // HEAD is GET without the body (RFC 9110 section 9.3.2).
    return event.httpMethod === 'HEAD' ? { ...result, body: '' } : result;
  });
}

class RequestLifecycle {
  private readonly refusals: RefusalLog;
  private readonly rates = openRateLimiter();
  private readonly setups = new SetupRecorder();
  private readonly usage = new UsageCounter();
  private readonly verifier = openTokenVerifier();

  constructor(
    readonly table: Table,
    private readonly logDays: number,
    private readonly serve: (context: RequestContext) => Promise<Answer>,
    private readonly options: ScimHandlerOptions,
  ) {
    this.refusals = new RefusalLog(logDays);
  }

  /** Answers a request; it never throws. */
  async answer(received: ReceivedRequest): Promise<Answer> {
    try {
      const rejected = this.rates.rejected(presentedCredential(received.request));
      if (rejected !== undefined) return await this.reject(received, rejected);
      this.prefetch(received);
      const caller = await authenticate(received.table, received.request, this.verifier);
      if ('refusal' in caller) return await this.refuse(received, caller);
      const identified = { connection: caller.connection, token: caller.credential.id };
      const context = createContext(received, caller, this.recorder(received, identified));
      return await this.serveAuthenticated(context);
    } catch (error) {
      return errorAnswer(error, received.requestId);
    }
  }

  /** Reads the connection and what else is needed in one round trip, before authentication. */
  private prefetch({ request, table }: ReceivedRequest): void {
    if (presentedCredential(request) === undefined) return;
    const further = this.options.prefetch?.(request, table) ?? [];
    table.prefetch([connectionKey(request.connectionId), ...further]);
  }

  private async refuse(
    received: ReceivedRequest,
    { refusal, identified, problem }: Refusal,
  ): Promise<Answer> {
    const answer = errorAnswer(refusal, received.requestId);
    const table = this.table.forRequest(Date.now() + LOG_MS);
    if (identified === undefined && problem !== undefined) {
      await Promise.all([
        this.refusals.log(table, received, refusalOf(problem, answer.status)),
        this.setups.recordRefused(table, received, answer, problem),
      ]);
    }
    if (identified !== undefined) {
      const failures = this.recorder(received, identified);
      failures.record(received.request, refusal);
      await Promise.all([
        failures.write(),
        this.setups.record(table, identified.connection, received, answer),
        this.countUse(received, async (id) => {
          await this.usage.countRequest(table, id);
          await this.usage.countFailure(table, id);
        }),
      ]);
    }
    return answer;
  }

  private async reject(
    received: ReceivedRequest,
    { caller: { connection, credential }, error }: RejectedCaller,
  ): Promise<Answer> {
    const failures = this.recorder(received, { connection, token: credential.id });
    failures.record(received.request, error);
    await failures.write();
    return errorAnswer(error, received.requestId);
  }

  private async serveAuthenticated(context: RequestContext): Promise<Answer> {
    const { request, requestId, failures, connection } = context;
    const useRecorded = this.recordUse(context);
    try {
      const rejection = this.rates.check(connection);
      if (rejection !== undefined) throw rejection;
      const answer = await this.serve(context);
      await useRecorded;
      await Promise.all([failures.write(request.method), this.recordSetup(context, answer)]);
      return answer;
    } catch (error) {
      await useRecorded;
      failures.record(request, error);
      const answer = errorAnswer(error, requestId);
      await Promise.all([
        failures.write(),
        this.recordSetup(context, answer, error),
        this.countFailure(context, answer),
      ]);
      return answer;
    } finally {
      this.rates.addTime(connection, Date.now() - context.begun);
    }
  }

  private async recordSetup(
    context: RequestContext,
    answer: Answer,
    error?: unknown,
  ): Promise<void> {
    // A pending token is only used by its own rotation.
    if (context.credential.pending === true) return;
    const table = this.table.forRequest(Date.now() + LOG_MS);
    const attribute = error instanceof ScimError ? error.attribute : undefined;
    await this.setups.record(table, context.connection, context, answer, attribute);
  }

  private async countFailure(context: RequestContext, { status }: Answer): Promise<void> {
    // A pending token is only used by its own rotation.
    if (context.credential.pending === true) return;
    if (failureKind(context.request.method, status) === undefined) return;
    const table = this.table.forRequest(Date.now() + LOG_MS);
    await this.countUse(context, (id) => this.usage.countFailure(table, id));
  }

  /** Counts a request of a connection. One that cannot be counted is only logged. */
  private async countUse(
    { request, requestId }: ReceivedRequest,
    count: (connection: string) => Promise<void>,
  ): Promise<void> {
    try {
      await unlessBusy(() => count(request.connectionId));
    } catch (error) {
      logFailure(error, requestId);
    }
  }

  /**
   * Records the credential's use, and counts the request unless it is rejected, while the request
   * is served. A failure here is only logged.
   */
  private async recordUse(context: RequestContext): Promise<void> {
    const { connection, credential, digest, requestId } = context;
    const table = this.table.forRequest(Date.now() + USE_MS);
    const isRejected = this.rates.check(connection) !== undefined;
    try {
      await unlessBusy(() =>
        Promise.all([
          new Connections(table).recordUse(connection, credential),
          ...(isRejected ? [] : [this.rates.count(table, { connection, credential, digest })]),
          ...(credential.pending === true ? [] : [this.usage.countRequest(table, connection.id)]),
        ]),
      );
    } catch (error) {
      logFailure(error, requestId);
    }
  }

  private recorder(
    { requestId, begun }: ReceivedRequest,
    caller: IdentifiedCaller,
  ): FailureRecorder {
    return new FailureRecorder(caller, {
      openTable: () => this.table.forRequest(Date.now() + LOG_MS),
      requestId,
      begun,
      logDays: this.logDays,
    });
  }
}
