import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { expiredCursor, invalidCursor } from '../errors/filter-errors';
import { asText, isArray, isObject, parseJson, type JsonObject } from '../json';
import type { SortKey } from './sort';

/** Lifetime of a cursor in seconds, announced as `cursorTimeout` (RFC 9865 section 4). */
export const CURSOR_SECONDS = 3600;

/** A position in an ordered list: after or before one of its resources. */
export interface Position {
  readonly type: string;
  readonly id: string;
  /** The resource's sort key, if the list is sorted. */
  readonly key: SortKey;
  /** Whether the requested page ends before this position instead of starting after it. */
  readonly backward: boolean;
}

/** The content of a cursor. */
export interface Cursor {
  readonly position: Position;
  /** Resources on a page. */
  readonly count: number;
}

/**
 * Creates a cursor (RFC 9865). It is encrypted and authenticated, so that it reveals nothing and
 * cannot be changed, and bound to the query.
 * @param key 32 bytes, unique to the connection
 * @param query what must be the same when the cursor is used: endpoint, filter, sort order
 */
export function sealCursor(
  key: Buffer,
  query: string,
  { position, count }: Cursor,
  now = Date.now(),
): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const { type, id, key: sortedBy, backward } = position;
  const content = JSON.stringify([
    Math.floor(now / 1000),
    digestOf(query),
    count,
    type,
    id,
    sortedBy,
    backward,
  ]);
  return Buffer.concat([
    iv,
    cipher.update(content, 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ]).toString('base64url');
}

/**
 * Decrypts a cursor.
 * @param key as for `sealCursor`
 * @param query as for `sealCursor`
 * @throws ScimError 400 `invalidCursor` for a cursor that was altered or belongs to another
 * connection or query, `expiredCursor` for one that is too old
 */
export function openCursor(key: Buffer, query: string, text: string, now = Date.now()): Cursor {
  const { issued, digest, ...cursor } = decrypt(key, text);
  if (digest !== digestOf(query)) {
    throw invalidCursor(
      'This cursor belongs to another query: filter, sortBy and sortOrder must stay the same.',
    );
  }
  if (now / 1000 - issued > CURSOR_SECONDS) {
    throw expiredCursor(CURSOR_SECONDS);
  }
  return cursor;
}

function decrypt(
  key: Buffer,
  text: string,
): Cursor & { readonly issued: number; readonly digest: string } {
  const sealed = Buffer.from(text, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), {
      authTagLength: 16,
    });
    decipher.setAuthTag(sealed.subarray(-16));
    const content = Buffer.concat([
      decipher.update(sealed.subarray(12, -16)),
      decipher.final(),
    ]).toString('utf8');
    return fromContent(parseJson(`{"content":${content}}`));
  } catch {
    throw invalidCursor('This cursor was not issued by this service.');
  }
}

function fromContent(
  wrapped: ReturnType<typeof parseJson>,
): Cursor & { readonly issued: number; readonly digest: string } {
  const { content }: JsonObject = isObject(wrapped) ? wrapped : {};
  const [issued, digest, count, type, id, key, backward] = isArray(content) ? content : [];
  return {
    issued: Number(issued),
    digest: asText(digest),
    count: Number(count),
    position: {
      type: asText(type),
      id: asText(id),
      key: typeof key === 'string' || typeof key === 'number' ? key : null,
      backward: backward === true,
    },
  };
}

function digestOf(query: string): string {
  return createHash('sha256').update(query).digest('base64url').slice(0, 22);
}
