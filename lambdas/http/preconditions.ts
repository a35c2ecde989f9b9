import { versionExcluded, versionMismatch } from '../../scim/errors/resource-errors';
import { entityTag, type StoredResource } from '../../scim/resource/resource';
import type { ScimRequest } from './scim-request';

/**
 * Checks `If-Match` and `If-None-Match` before a change (RFC 7644 section 3.14).
 * @throws ScimError 412
 */
export function checkPreconditions(request: ScimRequest, current: StoredResource): void {
  checkIfMatch(request, current);
  const ifNoneMatch = request.headers.get('if-none-match');
  if (ifNoneMatch !== undefined && includesVersion(ifNoneMatch, current)) {
    throw versionExcluded(entityTag(current.version));
  }
}

function checkIfMatch({ headers }: ScimRequest, current: StoredResource): void {
  const ifMatch = headers.get('if-match');
  if (ifMatch !== undefined && !includesVersion(ifMatch, current)) {
    throw versionMismatch(entityTag(current.version));
  }
}

/**
 * Returns whether a client that reads a resource has this version already, so that the answer is
 * 304 (RFC 9110 section 13.2.2).
 * @throws ScimError 412 for an `If-Match` with another version
 */
export function isNotModified(request: ScimRequest, current: StoredResource): boolean {
  checkIfMatch(request, current);
  const { headers } = request;
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
