import { versionExcluded, versionMismatch } from '../../scim/errors/resource-errors';
import { entityTag, type StoredResource } from '../../scim/resource/resource';
import type { ScimRequest } from './scim-request';

/**
 * Checks `If-Match` and `If-None-Match` before a change (RFC 7644 section 3.14).
 * @throws ScimError 412
 */
export function checkPreconditions({ headers }: ScimRequest, current: StoredResource): void {
  const ifMatch = headers.get('if-match');
  const ifNoneMatch = headers.get('if-none-match');
  if (ifMatch !== undefined && !includesVersion(ifMatch, current)) {
    throw versionMismatch(entityTag(current.version));
  }
  if (ifNoneMatch !== undefined && includesVersion(ifNoneMatch, current)) {
    throw versionExcluded(entityTag(current.version));
  }
}

/** Returns whether the client has this version already, so that the answer is 304. */
export function isNotModified({ headers }: ScimRequest, current: StoredResource): boolean {
  const ifNoneMatch = headers.get('if-none-match');
  return ifNoneMatch !== undefined && includesVersion(ifNoneMatch, current);
}

/** Returns whether the request depends on a version. */
export function hasPrecondition({ headers }: ScimRequest): boolean {
  return headers.has('if-match') || headers.has('if-none-match');
}

/** `*`, or a list of entity tags, compared weakly: `W/` is ignored (RFC 9110 section 8.8.3.2). */
function includesVersion(header: string, { version }: StoredResource): boolean {
  if (header.trim() === '*') return true;
  const tags = header
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//i, '').replace(/^"|"$/g, ''));
  return tags.includes(version);
}
