import { bodyNotObject, schemaMissing } from './errors/request-errors';
import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from './json';

/**
 * Returns the body of a protocol message (SearchRequest, PatchOp, BulkRequest) after checking that
 * its `schemas` contains the message's schema (RFC 7644 section 3.1).
 * @param urn of the message's schema
 * @throws ScimError 400 `invalidSyntax`
 */
export function messageBody(body: Json, urn: string): JsonObject {
  if (!isObject(body)) throw bodyNotObject();
  const schemas = ownIgnoringCase(body, 'schemas');
  const isNamed = (sent: Json): boolean =>
    typeof sent === 'string' && sent.toLowerCase() === urn.toLowerCase();
  if (!isArray(schemas) || !schemas.some(isNamed)) {
    throw schemaMissing(urn);
  }
  return body;
}
