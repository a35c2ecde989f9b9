import type { ResourceTypeName } from '../schema/resource-type';
import { ScimError } from './scim-error';

/* Errors about who sends a request and what the connection allows. */

/**
 * 401 for a bearer token that is missing, wrong, expired, revoked or of another connection. The
 * answer is the same in all of these cases (RFC 7644 section 2, RFC 6750 section 3).
 */
export function unauthorized(): ScimError {
  return new ScimError({
    code: 'tokenRefused',
    status: 401,
    detail: 'The bearer token is missing, wrong, expired or revoked, or for another connection.',
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}

/** 403 for a connection that an operator has disabled. */
export function connectionDisabled(): ScimError {
  return new ScimError({
    code: 'connectionDisabled',
    status: 403,
    detail: 'This connection is disabled.',
  });
}

/** 403 for a token whose scopes do not cover the request (RFC 6750 section 3.1). */
export function scopeMissing(scope: string): ScimError {
  return new ScimError({
    code: 'scopeMissing',
    status: 403,
    detail: `The bearer token lacks the scope ${scope}.`,
    headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  });
}

/**
 * 429 for a connection that sends more requests than its limit (RFC 6585 section 4). `Retry-After`
 * is a number of seconds: Okta takes a date, or none, for five minutes.
 * @param seconds until the next request is accepted
 * @param requestsPerSecond the limit
 */
export function rateLimited(seconds: number, requestsPerSecond: number): ScimError {
  return new ScimError({
    code: 'rateLimited',
    status: 429,
    detail:
      `This connection sends more than ${requestsPerSecond} requests per second. ` +
      `Try again in ${seconds} s.`,
    headers: {
      'Retry-After': String(seconds),
      'RateLimit-Limit': String(requestsPerSecond),
      'RateLimit-Remaining': '0',
      'RateLimit-Reset': String(seconds),
    },
  });
}

/** 403 for a change to resources that the application publishes. @param type their type's name */
export function managedByApplication(type: ResourceTypeName): ScimError {
  return new ScimError({
    code: 'readOnlyType',
    status: 403,
    detail: `Resources of type ${type} are managed by the application; clients can only read them.`,
  });
}

/** 501 for a change to groups on a users-only connection. */
export function groupsNotProvisioned(): ScimError {
  return new ScimError({
    code: 'groupsOff',
    status: 501,
    detail:
      'This connection provisions users only. Turn off group provisioning in the identity ' +
      'provider.',
  });
}
