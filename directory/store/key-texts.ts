import { createHash } from 'node:crypto';

/* Texts that keys consist of. */

/**
 * Returns the first characters of every UUIDv7 that is issued at a time. It sorts before these ids
 * and after all earlier ones.
 * @param milliseconds since the epoch
 */
export function idPrefix(milliseconds: number): string {
  const hex = Math.max(0, Math.floor(milliseconds)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** Returns the UUID with these 32 hexadecimal digits. */
export function uuidFrom(hex: string): string {
  const ends = [8, 12, 16, 20, 32];
  return ends.map((end, index) => hex.slice(ends[index - 1] ?? 0, end)).join('-');
}

/**
 * Encodes a client's text as part of a key. `#` is escaped, so that no value can imitate another
 * key. A long value is replaced by its digest, because a partition key holds 2,048 bytes. No value
 * can imitate a digest, because its `#` would be escaped.
 */
export function encodeValue(value: string): string {
  const escaped = value.replace(/[%#]/g, (character) => (character === '%' ? '%25' : '%23'));
  if (Buffer.byteLength(escaped) <= 512) return escaped;
  return `#sha256:${createHash('sha256').update(value).digest('base64url')}`;
}
