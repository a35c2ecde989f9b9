import { setTimeout as sleep } from 'node:timers/promises';
import { AcceptedRequests } from '../../directory/requests/accepted-requests';
import type { Outcome } from '../../directory/requests/result-item';
import { ScimError } from '../../scim/errors/scim-error';
import { asText, isObject, type JsonObject } from '../../scim/json';
import { ENVIRONMENT, REQUESTS_PATH } from '../contract';
import { bulkAnswer } from '../endpoints/bulk/answer';
import { groupsEndpoint } from '../endpoints/groups';
import { jsonAnswer, type Answer } from '../http/answer';
import { isAnsweredWithBody } from '../http/change-answer';
import { preferencesOf } from '../http/preferences';
import type { RequestContext } from '../http/request-context';
import { variable } from '../runtime/environment';
import { storedRequest } from './stored-request';

/** How often a request that waits for its result looks for it. */
const LOOK_MS = 250;

/** Time that the answer may take. */
const ANSWER_MS = 3000;

/**
 * Wraps the function that serves requests, so that those whose clients prefer it are performed
 * after their answer (RFC 7240).
 * @param operationsOf checks a request, and returns the number of its operations, or `change` for
 *   a change of a group; undefined for a request that is served at once in any case
 */
export function orLater(
  serve: (context: RequestContext) => Promise<Answer>,
  operationsOf: (context: RequestContext) => number | 'change' | undefined,
): (context: RequestContext) => Promise<Answer> {
  // Completions are security event tokens, which not every deployment has.
  if (variable(ENVIRONMENT.asyncRequests, '') === '') return serve;
  return async (context) => {
    if (!preferencesOf(context.request).respondAsync) return serve(context);
    const operations = operationsOf(context);
    if (operations === undefined) return serve(context);
    return respondAsync(context, operations === 'change' ? undefined : operations);
  };
}

/**
 * Accepts a request, which the function `requests` performs (RFC 9967 section 2.5.1). With the
 * preference `wait`, the answer is the usual one if the request is performed in time, else 202
 * without a body.
 * @param operations how many a bulk request has; undefined for a change of a group
 */
async function respondAsync(
  context: RequestContext,
  operations: number | undefined,
): Promise<Answer> {
  const { table, connection, request, requestId: txn } = context;
  const requests = new AcceptedRequests(table, connection.id);
  const { wait } = preferencesOf(request);
  await requests.add(txn, { details: storedRequest(context), body: request.body }, operations);
  const timeUp = Date.now() + table.retries.timeLeft - ANSWER_MS;
  const until = Math.min(timeUp, context.begun + wait * 1000);
  while (Date.now() < until) {
    await sleep(LOOK_MS);
    const outcome = await requests.outcome(txn);
    if (outcome?.isComplete === true) return usualAnswer(context, outcome);
  }
  const applied = wait === 0 ? 'respond-async' : `respond-async, wait=${wait}`;
  return {
    status: 202,
    headers: {
      'Set-Txn': txn,
      'Preference-Applied': applied,
      Location: `${request.baseUrl}${REQUESTS_PATH}/${txn}`,
    },
  };
}

/** Returns the answer that the request would have got without the preference. */
async function usualAnswer(context: RequestContext, outcome: Outcome): Promise<Answer> {
  const operations = outcome.results.map(({ operation }) => operation);
  if (outcome.isBulk) return bulkAnswer(operations);
  const [operation = {}] = operations;
  const { method } = context.request;
  const { response, location } = operation;
  const status = Number(operation['status']);
  if (status >= 400) return jsonAnswer(status, isObject(response) ? response : {});
  const isChange = method === 'POST' || method === 'PUT' || method === 'PATCH';
  if (isChange && isAnsweredWithBody(context, method)) {
    const id = asText(location).split('/').at(-1) ?? '';
    const answer = await shown(context, id);
    if (answer !== undefined) return { ...answer, status: method === 'POST' ? 201 : 200 };
    return { status: method === 'POST' ? 201 : 204, headers: resourceHeaders(operation) };
  }
  return { status, headers: resourceHeaders(operation) };
}

/** Returns the answer with a group; undefined if it is too large, or has been deleted since. */
async function shown(context: RequestContext, id: string): Promise<Answer | undefined> {
  try {
    return await groupsEndpoint.get(asRead(context), id);
  } catch (error) {
    if (error instanceof ScimError && error.status < 500) return undefined;
    throw error;
  }
}

/** Returns the context of a request that reads the resource. */
function asRead(context: RequestContext): RequestContext {
  const { table, deadline, request } = context;
  const read = { ...request, method: 'GET', headers: new Map<string, string>(), body: '' };
  return { ...context, table: table.forRequest(deadline), request: read };
}

function resourceHeaders({ location, version }: JsonObject): Record<string, string> {
  return {
    ...(location === undefined ? {} : { Location: asText(location) }),
    ...(version === undefined ? {} : { ETag: asText(version) }),
  };
}
