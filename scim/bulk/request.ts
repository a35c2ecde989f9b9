import { operationsMalformed, tooManyOperations } from '../errors/request-errors';
import { quoted } from '../errors/scim-error';
import { wrongValue } from '../errors/value-errors';
import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../json';
import { LIMITS } from '../limits';
import { messageBody } from '../message';

/** Schema of the BulkRequest message (RFC 7644 section 3.7). */
export const BULK_REQUEST_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/**
 * One operation of a bulk request, as sent. A mistake in one operation becomes that operation's own
 * result and does not fail the request.
 */
export interface BulkOperation {
  readonly method: string;
  readonly bulkId: string | undefined;
  readonly path: string;
  readonly version: string | undefined;
  readonly data: Json | undefined;
}

/** A BulkRequest message (RFC 7644 section 3.7). */
export interface BulkRequest {
  /** Number of errors after which the request ends; undefined for no limit. */
  readonly failOnErrors: number | undefined;
  readonly operations: readonly BulkOperation[];
}

/**
 * Reads a BulkRequest message (RFC 7644 section 3.7).
 * @throws ScimError 400 `invalidSyntax` for a body that is not a BulkRequest or uses a bulkId
 * twice, `invalidValue` for a wrong `failOnErrors`, 413 for too many operations
 */
export function parseBulkRequest(sentBody: Json): BulkRequest {
  const body = messageBody(sentBody, BULK_REQUEST_URN);
  const sent = ownIgnoringCase(body, 'Operations');
  if (!isArray(sent)) throw operationsMalformed('"Operations" must be an array.');
  if (sent.length > LIMITS.bulkOperations) {
    throw tooManyOperations('bulk', LIMITS.bulkOperations);
  }
  const operations = sent.map(parseOperation);
  const bulkIds = operations.flatMap(({ bulkId }) => bulkId ?? []);
  const duplicate = bulkIds.find((bulkId, index) => bulkIds.indexOf(bulkId) !== index);
  if (duplicate !== undefined) {
    throw operationsMalformed(`The bulkId ${quoted(duplicate)} is used twice.`);
  }
  return { failOnErrors: failOnErrors(ownIgnoringCase(body, 'failOnErrors')), operations };
}

function failOnErrors(value: Json | undefined): number | undefined {
  if (value === undefined || value === null || value === 0) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw wrongValue('failOnErrors', 'a positive integer', value);
}

const MAXIMUM_TEXT = 1000;

function parseOperation(operation: Json, index: number): BulkOperation {
  if (!isObject(operation)) throw operationsMalformed(`Operation ${index + 1} must be an object.`);
  const [bulkId, path] = [text(operation, 'bulkId'), text(operation, 'path') ?? ''];
  // The answer repeats both.
  if (Math.max(bulkId?.length ?? 0, path.length) > MAXIMUM_TEXT) {
    throw operationsMalformed(
      `"bulkId" and "path" of operation ${index + 1} may have at most ${MAXIMUM_TEXT} characters.`,
    );
  }
  return {
    method: (text(operation, 'method') ?? '').toUpperCase(),
    bulkId,
    path,
    version: versionOf(operation),
    data: ownIgnoringCase(operation, 'data'),
  };
}

/** @throws ScimError 400 for a version that is no text: without it, the change is unconditional */
function versionOf(operation: JsonObject): string | undefined {
  const version = ownIgnoringCase(operation, 'version') ?? undefined;
  if (version === undefined || typeof version === 'string') return version;
  throw wrongValue('version', 'a string', version);
}

function text(operation: JsonObject, name: string): string | undefined {
  const value = ownIgnoringCase(operation, name);
  return typeof value === 'string' ? value : undefined;
}
