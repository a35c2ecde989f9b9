import type { ResourceTypeName } from '../schema/resource-type';
import { quoted, ScimError, type ErrorCode } from './scim-error';

/* Errors about resources as the directory holds them. */

/** 404 for a resource that does not exist (RFC 7644 table 8). @param what it is, with its id */
export function notFound(what: string): ScimError {
  return new ScimError({ code: 'notThere', status: 404, detail: `${what} was not found.` });
}

/** 409 `uniqueness` for a value that another resource already has (RFC 7644 section 3.3.1). */
export function notUnique(attribute: string, resourceType: ResourceTypeName): ScimError {
  return new ScimError({
    code: duplicateCode(resourceType),
    status: 409,
    scimType: 'uniqueness',
    detail: `Another ${resourceType} already has this ${attribute}.`,
    attribute,
  });
}

function duplicateCode(resourceType: ResourceTypeName): ErrorCode {
  if (resourceType === 'User') return 'duplicateUser';
  return resourceType === 'Group' ? 'duplicateGroup' : 'duplicateResource';
}

/**
 * 409 `uniqueness` for a resource with the id of another one.
 * @param owner the resource that has it, in words
 */
export function idTaken(owner: string, resourceType: ResourceTypeName): ScimError {
  return new ScimError({
    code: duplicateCode(resourceType),
    status: 409,
    scimType: 'uniqueness',
    detail: `${owner} already has this id.`,
    attribute: 'id',
  });
}

/** 409 `uniqueness` for an imported resource whose id belonged to one that is being deleted. */
export function deletedRecently(resourceType: ResourceTypeName): ScimError {
  return idTaken('A resource that was deleted a few minutes ago', resourceType).with({
    detail: 'A resource with this id was deleted a few minutes ago. Import it in ten minutes.',
  });
}

/** 409 `uniqueness` for an imported resource that was changed or deleted here since. */
export function changedSince(resourceType: ResourceTypeName): ScimError {
  return idTaken('A resource', resourceType).with({
    detail: 'It has been changed here since, and was left as it is.',
    attribute: 'meta.lastModified',
  });
}

/**
 * 409 `uniqueness` for a new user who matches several users that the application already has.
 * @param number of users that match
 */
export function ambiguousAdoption(number: number): ScimError {
  return new ScimError({
    code: 'ambiguousAdoption',
    status: 409,
    scimType: 'uniqueness',
    detail:
      `The application has ${number} users that match this user, and only one can be it. ` +
      'Those who operate it find them in the conflicts of the connection.',
  });
}

/** 412 for an `If-Match` that does not match (RFC 7644 section 3.14). @param current entity tag */
export function versionMismatch(current: string): ScimError {
  return preconditionFailed(`The resource has changed: its version is ${current}.`);
}

/** 412 for an `If-None-Match` that matches (RFC 7644 section 3.14). @param current entity tag */
export function versionExcluded(current: string): ScimError {
  return preconditionFailed(`The resource has version ${current}, which If-None-Match excludes.`);
}

function preconditionFailed(detail: string): ScimError {
  return new ScimError({ code: 'changedMeanwhile', status: 412, detail });
}

/** 413 for a resource that does not fit into an item of the table. */
export function resourceTooLarge(maximumBytes: number): ScimError {
  return new ScimError({
    code: 'tooLarge',
    status: 413,
    detail: `A resource may have at most ${maximumBytes} bytes as JSON.`,
  });
}

/** 400 `invalidValue` for a member that is neither a user nor a group of the connection. */
export function unknownMember(id: string): ScimError {
  return new ScimError({
    code: 'unknownMember',
    status: 400,
    scimType: 'invalidValue',
    detail: `Member ${quoted(id)} is neither a user nor a group of this connection.`,
    attribute: 'members',
  });
}

/** 400 `invalidValue` for a group that would contain itself. */
export function selfMembership(): ScimError {
  return new ScimError({
    code: 'wrongValue',
    status: 400,
    scimType: 'invalidValue',
    detail: 'A group cannot be a member of itself.',
    attribute: 'members',
    expected: 'other users and groups',
  });
}

/** 400 `tooMany` for a group with more members than fit into an answer (RFC 7644 table 9). */
export function tooManyMembers(): ScimError {
  return new ScimError({
    code: 'wrongFilter',
    status: 400,
    scimType: 'tooMany',
    detail:
      'This group has more members than an answer can hold. Ask with excludedAttributes=members.',
    attribute: 'members',
  });
}

/** 503 when the table is throttled or contended, or the time is up. @param cause the last error */
export function directoryBusy(cause: unknown): ScimError {
  return new ScimError({
    code: 'busy',
    status: 503,
    detail: 'The directory is busy. Try again.',
    headers: { 'Retry-After': '2' },
    cause,
  });
}

/** 503 for an operation of a bulk request that was not reached before the timeout. */
export function notReached(): ScimError {
  return new ScimError({
    code: 'busy',
    status: 503,
    detail: 'The request ran out of time before this operation. Send it again.',
  });
}

/** 500 for a fault of this service. The details go to the function's log only. */
export function internalError(cause: unknown): ScimError {
  return new ScimError({
    code: 'fault',
    status: 500,
    detail: 'The service failed. Try again, or contact its operator.',
    cause,
  });
}
