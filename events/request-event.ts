import { eventId, type NewEvent } from '../directory/events/event';
import { operationTxn, type OperationResult } from '../directory/requests/result-item';
import { asText, isObject, type JsonObject } from '../scim/json';

/**
 * Returns the event of an operation that was performed after the answer to its request. Only
 * security event tokens tell of it.
 * @param connection id of the connection
 */
export function requestEvent(connection: string, result: OperationResult): NewEvent {
  const { operation, endpoint, at } = result;
  const txn = operationTxn(result);
  return {
    id: eventId(`${connection} ${txn}`, at),
    type: 'request.completed',
    connection,
    subject: subjectOf(operation) ?? endpoint,
    time: at,
    data: { requestId: txn, operation },
  };
}

/** Returns an operation without what its error says, which may quote the request. */
export function withoutDetail(operation: JsonObject): JsonObject {
  const { response } = operation;
  if (!isObject(response)) return operation;
  const { detail: _, ...rest } = response;
  return { ...operation, response: rest };
}

/** Returns `<endpoint>/<id>`; undefined for an operation without a resource. */
function subjectOf({ location }: JsonObject): string | undefined {
  return location === undefined ? undefined : asText(location).split('/').slice(-2).join('/');
}
