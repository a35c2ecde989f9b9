import { ScimError } from '../../scim/errors/scim-error';
import { entityTag, type StoredResource } from '../../scim/resource/resource';
import type { ScimRequest } from './scim-request';

/**
 * Refuses a change that the client made dependent on a version (RFC 7644 section 3.14).
 * @throws ScimError 412
 */
export function checkPreconditions({ headers }: ScimRequest, current: StoredResource): void {
  const ifMatch = headers.get('if-match');
  const ifNoneMatch = headers.get('if-none-match');
  if (ifMatch !== undefined && !lists(ifMatch, current)) {
    throw new ScimError(412, `The resource has changed: its version is ${entityTag(current.version)}.`);
  }
  if (ifNoneMatch !== undefined && lists(ifNoneMatch, current)) {
    throw new ScimError(412, `The resource has the version ${entityTag(current.version)} that it was not to have.`);
  }
}

/** Whether the client already has this version: the answer is 304 then. */
export function isNotModified({ headers }: ScimRequest, current: StoredResource): boolean {
  const ifNoneMatch = headers.get('if-none-match');
  return ifNoneMatch !== undefined && lists(ifNoneMatch, current);
}

/** Whether the request depends on a version at all. */
export function hasPrecondition({ headers }: ScimRequest): boolean {
  return headers.has('if-match') || headers.has('if-none-match');
}

/** `*`, or a list of entity tags, compared weakly: `W/` does not count (RFC 7232 section 2.3.2). */
function lists(header: string, { version }: StoredResource): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//i, '').replace(/^"|"$/g, '') === version);
}
