import { bodyNotObject, schemaMissing } from './errors/request-errors';
import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from './json';

/**
 * The body of a message of the protocol (RFC 7644 section 3.1: SearchRequest, PatchOp, BulkRequest), which names its own schema.
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
