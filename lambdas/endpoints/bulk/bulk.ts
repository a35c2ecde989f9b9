import { BULK_REQUEST_URN, parseBulkRequest, type BulkRequest } from '../../../scim/bulk/request';
import { methodNotAllowed } from '../../../scim/errors/request-errors';
import type { Answer } from '../../http/answer';
import { readMessage } from '../../http/read-request';
import type { RequestContext } from '../../http/request-context';
import { bulkAnswer } from './answer';
import { BulkOperations, type LaterBulk } from './operations';

/**
 * Serves `/Bulk` (RFC 7644 section 3.7). Independent operations run in parallel; operations on the
 * same resource, with references, or that may compete for a name keep their order. With
 * `failOnErrors`, operations run one after the other.
 * @throws ScimError 400 `invalidSyntax`, 405, 413, 415
 */
export async function serveBulk(context: RequestContext): Promise<Answer> {
  const { method } = context.request;
  if (method !== 'POST') throw methodNotAllowed(method, ['POST']);
  const message = readBulkRequest(context);
  return bulkAnswer(await new BulkOperations(context, message).run());
}

/** Reads the body of a bulk request. @throws ScimError 400 `invalidSyntax`, 413, 415 */
export function readBulkRequest(context: RequestContext): BulkRequest {
  return parseBulkRequest(readMessage(context, BULK_REQUEST_URN));
}

/**
 * Performs the operations of a bulk request after its answer, as `serveBulk` does.
 * @returns whether all of them have results; if not, time is up
 */
export async function performBulk(context: RequestContext, later: LaterBulk): Promise<boolean> {
  const bulk = new BulkOperations(context, readBulkRequest(context), later);
  await bulk.run();
  return bulk.isComplete;
}
