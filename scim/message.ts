import { badRequest } from './errors/scim-error';
import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from './json';

/**
 * The body of a message of the protocol (RFC 7644 section 3.1: SearchRequest, PatchOp, BulkRequest), which names its own schema.
 * @throws ScimError 400 `invalidSyntax`
 */
export function messageBody(body: Json, urn: string): JsonObject {
  if (!isObject(body)) throw badRequest('invalidSyntax', 'The body must be a JSON object.');
  const schemas = ownIgnoringCase(body, 'schemas');
  const isNamed = (sent: Json): boolean => typeof sent === 'string' && sent.toLowerCase() === urn.toLowerCase();
  if (!isArray(schemas) || !schemas.some(isNamed)) {
    throw badRequest('invalidSyntax', `"schemas" must contain "${urn}".`);
  }
  return body;
}
