import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { Connections } from '../../directory/connections/connections';
import type { Key } from '../../directory/store/item';
import { connectionKey } from '../../directory/store/keys';
import { unlessBusy } from '../../directory/store/retries';
import { profileOf } from '../../idp/profiles/registry';
import { resourceTypesWith } from '../../scim/schema/resource-type';
import { errorAnswer, toResult, type Answer } from './answer';
import { authenticate, presentedToken, RefusedCaller } from './authenticate';
import { ENVIRONMENT } from '../contract';
import { openTable, variable } from '../runtime/environment';
import type { Exchange } from './request-context';
import { Failures, type FailedCaller } from '../observability/failure-recorder';
import { logFailure } from '../observability/log';
import { measurement } from '../observability/metrics';
import { readEvent, type ScimRequest } from './scim-request';

export interface ScimHandlerOptions {
  /** What the request will need of the table whoever sends it; it is read together with its connection. */
  readonly prefetch?: (request: ScimRequest) => readonly Key[];
}

/** What the middlewares know about an invocation when the function's own part begins. */
interface ScimContext extends Context {
  exchange?: Exchange;
  /** Settles when the token's use has been written down, or that has been given up. */
  noted?: Promise<unknown>;
  /** Begins to note what fails of somebody's request. */
  failuresOf?: (caller: FailedCaller) => Failures;
  /** When the request came, in milliseconds since the epoch. */
  begun?: number;
}

type ScimMiddleware = MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult, Error, ScimContext>;

/**
 * Wraps a SCIM function: event in, authentication, answers and errors out.
 * @param serve answers an authenticated request, or throws ScimError
 */
export function scimHandler(
  serve: (exchange: Exchange) => Promise<Answer>,
  options: ScimHandlerOptions = {},
): middy.MiddyfiedHandler<APIGatewayProxyEvent, APIGatewayProxyResult, Error, ScimContext> {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult, Error, ScimContext>()
    .use(measurement('client'))
    .use(provisioningLog())
    .use(scimErrors())
    .use(authentication(options))
    .handler(async (event, { exchange, noted }) => {
      if (exchange === undefined) throw new Error('The request was not authenticated.');
      const answer = await serve(exchange).finally(() => noted);
      // HEAD is GET without the body (RFC 9110 section 9.3.2).
      return event.httpMethod === 'HEAD' ? { ...toResult(answer), body: '' } : toResult(answer);
    });
}

/** How long a request waits for its token's use to be written down, of which a second is never used. */
const NOTE_MS = 1500;

/** Milliseconds that a request which failed waits for that to be written down, when it is over, of which a second is never used. */
const LOG_MS = 2000;

/** Writes down what failed of those who are known. */
function provisioningLog(): ScimMiddleware {
  const shared = openTable();
  const logDays = Number(variable(ENVIRONMENT.logDays));
  return {
    before: ({ context }) => {
      const { awsRequestId: requestId } = context;
      const begun = Date.now();
      context.begun = begun;
      context.failuresOf = (caller) =>
        new Failures(caller, { open: () => shared.forRequest(Date.now() + LOG_MS), requestId, begun, logDays });
    },
    after: async ({ event, context }) => {
      await context.exchange?.failures.write(event.httpMethod);
    },
    onError: async ({ event, error, context }) => {
      const caller = error instanceof RefusedCaller ? error.caller : undefined;
      const failures = context.exchange?.failures ?? (caller === undefined ? undefined : context.failuresOf?.(caller));
      failures?.note(readEvent(event), error);
      await failures?.write();
    },
  };
}

function scimErrors(): ScimMiddleware {
  return {
    onError: (invocation) => {
      invocation.response = toResult(errorAnswer(invocation.error, invocation.context.awsRequestId));
    },
  };
}

function authentication({ prefetch }: ScimHandlerOptions): ScimMiddleware {
  const shared = openTable();
  return {
    before: async ({ event, context }) => {
      const deadline = Date.now() + context.getRemainingTimeInMillis();
      const table = shared.forRequest(deadline);
      const request = readEvent(event);
      if (presentedToken(request) !== undefined) {
        table.prefetch([connectionKey(request.connectionId), ...(prefetch?.(request) ?? [])]);
      }
      const { connection, token } = await authenticate(table, request);
      const soon = shared.forRequest(Date.now() + NOTE_MS);
      context.noted = unlessBusy(() => new Connections(soon).noteUse(connection, token)).catch((error: unknown) => {
        logFailure(error, context.awsRequestId);
      });
      const profile = profileOf(connection.identityProvider);
      const failures = context.failuresOf?.({ connection, token: token.id });
      const { begun, awsRequestId: requestId } = context;
      if (failures === undefined || begun === undefined) throw new Error('The log has not begun.');
      context.exchange = {
        request,
        connection,
        token,
        profile,
        types: resourceTypesWith(connection.schemas),
        table,
        deadline,
        failures,
        origin: { token: token.id, requestId, begun },
      };
    },
  };
}
