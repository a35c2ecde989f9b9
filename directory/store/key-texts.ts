import { createHash } from 'node:crypto';
import { isMemberType, type ResourceTypeName } from '../../scim/schema/resource-type';

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

/** Returns a number from 0 to 99 with two digits. */
export function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** Returns the sort key of a position in a lane. */
export function positionSort(position: number): string {
  return String(position).padStart(12, '0');
}

/** Returns the sort key of a lane's state. */
export function laneSort(kind: 'lane' | 'bus', lane: number): string {
  return `${kind}#${twoDigits(lane)}`;
}

/** Returns the sort key of the page mark at a 1-based index. Marks are sorted by index. */
export function pageMarkSort(index: number): string {
  return String(index).padStart(10, '0');
}

/** Begins the name of a custom type in keys, so that no name can imitate another key. */
const CUSTOM = 'type:';

/** Returns a resource type as part of a key. */
export function encodeType(type: ResourceTypeName): string {
  return isMemberType(type) ? type : `${CUSTOM}${type}`;
}

/** Reads the part of a key that `encodeType` wrote; undefined if it is no resource type. */
export function decodeType(part: string): ResourceTypeName | undefined {
  if (isMemberType(part)) return part;
  return part.startsWith(CUSTOM) ? part.slice(CUSTOM.length) : undefined;
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
