import {
  bodyMissing,
  bodyTooDeep,
  bodyTooLarge,
  invalidJson,
  notUtf8,
  numberTooLarge,
  objectTooLarge,
  tooManyValues,
  unsupportedCharset,
  unsupportedEncoding,
  unsupportedMediaType,
} from '../../scim/errors/request-errors';
import { isDeep, parseJson, shapeOf, type Json } from '../../scim/json';
import { LIMITS } from '../../scim/limits';
import type { ScimRequest } from './scim-request';

/**
 * Parses a request's body, which must be JSON in UTF-8 (RFC 7644 section 3.1, RFC 8259 section
 * 8.1). A byte order mark is skipped.
 * @throws ScimError 400 `invalidSyntax`, 413, 415
 */
export function readJson({ headers, body }: ScimRequest): Json {
  checkMediaType(headers.get('content-type') ?? '');
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') throw unsupportedEncoding(encoding);
  if (Buffer.byteLength(body) > LIMITS.bodyBytes) throw bodyTooLarge(LIMITS.bodyBytes);
  const text = body.startsWith(BYTE_ORDER_MARK) ? body.slice(1) : body;
  if (text.trim() === '') throw bodyMissing();
  // API Gateway decodes the body and replaces each byte that is not UTF-8 by this character.
  if (text.includes(REPLACEMENT_CHARACTER)) throw notUtf8();
  if (isDeep(text, LIMITS.bodyDepth)) throw bodyTooDeep(LIMITS.bodyDepth);
  const json = parsed(text);
  const { values, members, isInfinite } = shapeOf(json);
  if (values > LIMITS.bodyValues) throw tooManyValues(LIMITS.bodyValues);
  if (members > LIMITS.objectMembers) throw objectTooLarge(LIMITS.objectMembers);
  if (isInfinite) throw numberTooLarge();
  return json;
}

function parsed(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw invalidJson(error instanceof Error ? error.message : 'unreadable');
  }
}

const BYTE_ORDER_MARK = '\uFEFF';
const REPLACEMENT_CHARACTER = '\uFFFD';

/** @throws ScimError 415 for another media type or a declared charset other than UTF-8 */
function checkMediaType(contentType: string): void {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim());
  const isJson = /^(?:application\/(?:scim\+)?json)?$/i.test(type);
  if (!isJson) throw unsupportedMediaType(type.toLowerCase());
  for (const parameter of parameters) {
    const [, charset] = /^charset\s*=\s*"?([^"\s]*)"?$/i.exec(parameter) ?? [];
    if (charset !== undefined && !/^utf-?8$/i.test(charset)) throw unsupportedCharset(charset);
  }
}
