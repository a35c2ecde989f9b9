import {
  bodyMissing,
  bodyTooDeep,
  bodyTooLarge,
  invalidJson,
  unsupportedMediaType,
} from '../../scim/errors/request-errors';
import { parseJson, type Json } from '../../scim/json';
import { LIMITS } from '../../scim/limits';
import type { ScimRequest } from './scim-request';

/**
 * Parses a request's body.
 * @throws ScimError 400 `invalidSyntax`, 413, 415
 */
export function readJson({ headers, body }: ScimRequest): Json {
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== '' && type !== 'application/scim+json' && type !== 'application/json') {
    throw unsupportedMediaType(type);
  }
  if (Buffer.byteLength(body) > LIMITS.bodyBytes) throw bodyTooLarge(LIMITS.bodyBytes);
  if (body.trim() === '') throw bodyMissing();
  if (isDeep(body)) throw bodyTooDeep(LIMITS.bodyDepth);
  try {
    return parseJson(body);
  } catch (error) {
    throw invalidJson(error instanceof Error ? error.message : 'unreadable');
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Returns whether JSON nests deeper than any SCIM message: recursive readers must not overflow. */
export function isDeep(body: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < body.length; index += 1) {
    const character = body.charCodeAt(index);
    if (character === QUOTE) inString = !inString;
    else if (inString) index += character === BACKSLASH ? 1 : 0;
    else if (OPENING.has(character)) depth += 1;
    else if (CLOSING.has(character)) depth -= 1;
    if (depth > LIMITS.bodyDepth) return true;
  }
  return false;
}
