import type { JsonObject } from '../../../scim/json';
import { jsonAnswer, type Answer } from '../../http/answer';

const BULK_RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/** Creates the answer to a bulk request. @param results in the order of the operations */
export function bulkAnswer(results: readonly JsonObject[]): Answer {
  return jsonAnswer(200, { schemas: [BULK_RESPONSE_URN], Operations: results });
}
