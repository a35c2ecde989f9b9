import type { Connection } from '../../directory/connections/connection';
import { Connections } from '../../directory/connections/connections';
import { eventId } from '../../directory/events/event';
import { AcceptedRequests, type AcceptedRequest } from '../../directory/requests/accepted-requests';
import { operationTxn } from '../../directory/requests/result-item';
import type { RequestTask } from '../../directory/store/intents';
import type { Table } from '../../directory/store/table';
import { parseJson, type JsonObject } from '../../scim/json';
import { performBulk } from '../endpoints/bulk/bulk';
import { PATH } from '../endpoints/bulk/call';
import { groupsEndpoint } from '../endpoints/groups';
import { performOnce } from '../endpoints/repeated-operation';
import { serveResourceEndpoint } from '../endpoints/resource-endpoint';
import type { Answer } from '../http/answer';
import { errorAnswer } from '../http/error-answer';
import { createContext, type RequestContext } from '../http/request-context';
import { FailureRecorder } from '../observability/failure-recorder';
import { readStored } from './stored-request';

/** Time in which a worker ends after its deadline at the latest. */
const END_MS = 5000;

/** The invocation that performs a request. */
export interface Performance {
  /** Opens the table until a deadline, in milliseconds since the epoch. */
  readonly openTable: (deadline: number) => Table;
  /** When the function's time is up, in milliseconds since the epoch. */
  readonly deadline: number;
  /** Days that entries of the provisioning log are kept. */
  readonly logDays: number;
}

/** The same, once the connection is known. */
interface PerformanceOfConnection extends Performance {
  readonly table: Table;
  readonly connection: Connection;
}

/** How long a request may wait for its log entries. */
const LOG_MS = 2000;

/**
 * Performs a request that was accepted, or what is left of it. Each operation has one result,
 * however often workers die: what they have written names the operation.
 */
export async function performRequest(task: RequestTask, performance: Performance): Promise<void> {
  const { deadline, openTable } = performance;
  const table = openTable(deadline);
  const requests = new AcceptedRequests(table, task.connection);
  const accepted = await requests.take(task, deadline + END_MS);
  if (accepted === undefined) return;
  let isComplete = false;
  try {
    const connection = await new Connections(table).find(task.connection);
    // The purge of a deleted connection removes what is left.
    if (connection === undefined) return;
    isComplete = await performOperations(task, accepted, { ...performance, table, connection });
  } finally {
    // The function `completion` hands over what is given back.
    await (isComplete ? requests.complete(task) : requests.giveBack(task));
  }
}

/** @returns whether all operations have results; if not, time is up */
async function performOperations(
  { connection: id, txn }: RequestTask,
  { details, body, isRepeated }: AcceptedRequest,
  { table, connection, openTable, deadline, logDays }: PerformanceOfConnection,
): Promise<boolean> {
  const { request, credential, begun } = readStored(id, details, body);
  const failures = new FailureRecorder(
    { connection, token: credential.id },
    { openTable: () => openTable(Date.now() + LOG_MS), requestId: txn, begun, logDays },
  );
  const received = { request, requestId: txn, begun, deadline, table };
  const context = createContext(received, { connection, credential, digest: '' }, failures);
  const requests = new AcceptedRequests(table, id);
  const { isBulk = false, results = [] } = (await requests.outcome(txn)) ?? {};
  const contextOf = (of: RequestContext, index: number | undefined): RequestContext => {
    const requestId = operationTxn({ txn, index });
    return { ...of, requestId, newId: eventId(requestId, new Date(begun).toISOString()) };
  };
  let isComplete = true;
  if (isBulk) {
    isComplete = await performBulk(context, {
      earlier: new Map(results.map(({ index = 0, operation }) => [index, operation])),
      isRepeated,
      contextOf,
      record: (index, { path }, operation) => {
        const [, endpoint = ''] = PATH.exec(path) ?? [];
        return requests.addResult({ txn, index, endpoint, operation });
      },
    });
  } else if (results.length === 0) {
    const answer = await changeGroup(contextOf(context, undefined), isRepeated);
    const operation = operationOf(context, answer);
    await requests.addResult({ txn, index: undefined, endpoint: 'Groups', operation });
  }
  await failures.write(request.method);
  return isComplete;
}

/** Performs the change of a group. */
async function changeGroup(context: RequestContext, isRepeated: boolean): Promise<Answer> {
  const { request, failures, requestId, types } = context;
  try {
    const headers = new Map([...request.headers, ['prefer', 'return=minimal']]);
    const own = { ...context, request: { ...request, headers } };
    if (!isRepeated) return await serveResourceEndpoint(groupsEndpoint)(own);
    return await performOnce(own, { type: types.group, endpoint: groupsEndpoint });
  } catch (error) {
    failures.record(request, error);
    return errorAnswer(error, requestId);
  }
}

/** Describes a performed request as a response to a bulk request does. */
function operationOf(
  { request, profile }: RequestContext,
  { status, headers = {}, body }: Answer,
): JsonObject {
  const { method, baseUrl, resourceId } = request;
  const named = resourceId === undefined ? undefined : `${baseUrl}/Groups/${resourceId}`;
  const location = headers['Location'] ?? named;
  // Without a body, a change is answered 204, where the usual answer is 200.
  const hasBody = method === 'PUT' || (method === 'PATCH' && profile.patchAnswer === 'resource');
  return {
    method,
    ...(location === undefined ? {} : { location }),
    ...(headers['ETag'] === undefined ? {} : { version: headers['ETag'] }),
    status: String(status === 204 && hasBody ? 200 : status),
    ...(status >= 400 && body !== undefined ? { response: parseJson(body) } : {}),
  };
}
