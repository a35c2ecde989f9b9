import { isArray, type Json, type JsonObject } from '../../scim/json';
import {
  acceptedAudiences,
  BLANK_TOKEN_AUDIENCE,
  normalizedAudience,
  type KnownIssuer,
} from './issuers';

/** Seconds that clocks may differ. */
export const CLOCK_SKEW_SECONDS = 60;

/** Algorithms of signatures that are accepted. */
export const ALGORITHMS: readonly string[] = ['RS256', 'ES256'];

/** A check of a token, in the order in which they are made. */
export type Check =
  | 'form'
  | 'size'
  | 'algorithm'
  | 'criticalHeader'
  | 'issuer'
  | 'tenant'
  | 'subject'
  | 'audience'
  | 'expiry'
  | 'notBefore'
  | 'issuedAt'
  | 'keyId'
  | 'issuerKeys'
  | 'signature';

/** The first check that a token failed, for the administrators of the connection. */
export interface FailedCheck {
  readonly check: Check;
  /** Completes the sentence "… must be". */
  readonly expected: string;
  /** The value that came instead; never a secret or a signature. */
  readonly received: string;
}

/** The claims that a connection expects in a token. */
export interface ExpectedClaims {
  readonly issuer: KnownIssuer;
  /** Undefined for any workload of the tenant. */
  readonly subject?: string | undefined;
  readonly audiences: readonly string[];
}

/** The members of a header that a signature is verified with. */
export interface SignatureHeader {
  readonly algorithm: string;
  readonly keyId: string;
}

/** Reads the header of a token. @returns the check that it fails, if it is not acceptable */
export function readHeader({ alg, crit, kid }: JsonObject): SignatureHeader | FailedCheck {
  if (typeof alg !== 'string' || !ALGORITHMS.includes(alg)) {
    return { check: 'algorithm', expected: ALGORITHMS.join(' or '), received: shown(alg) };
  }
  if (crit !== undefined) {
    return { check: 'criticalHeader', expected: 'absent', received: shown(crit) };
  }
  if (typeof kid !== 'string' || kid === '' || kid.length > 200) {
    return { check: 'keyId', expected: 'the id of a key of the issuer', received: shown(kid) };
  }
  return { algorithm: alg, keyId: kid };
}

/** Checks the claims of a token. @param now milliseconds. @returns undefined if all are right */
export function failedClaimCheck(
  claims: JsonObject,
  expected: ExpectedClaims,
  now: number,
): FailedCheck | undefined {
  return failedPartyCheck(claims, expected) ?? failedTimeCheck(claims, Math.floor(now / 1000));
}

/** Checks whose token it is, and for whom. */
function failedPartyCheck(
  { iss, tid, sub, aud }: JsonObject,
  { issuer: { issuer, tenantId, use }, subject, audiences }: ExpectedClaims,
): FailedCheck | undefined {
  if (iss !== issuer) return { check: 'issuer', expected: issuer, received: shown(iss) };
  if (tid !== tenantId) return { check: 'tenant', expected: tenantId, received: shown(tid) };
  if (subject !== undefined && sub !== subject) {
    return { check: 'subject', expected: subject, received: shown(sub) };
  }
  const accepted =
    use === 'blankToken' ? [BLANK_TOKEN_AUDIENCE] : audiences.flatMap(acceptedAudiences);
  const isAccepted = typeof aud === 'string' && accepted.includes(normalizedAudience(aud));
  return isAccepted
    ? undefined
    : { check: 'audience', expected: accepted.join(' or '), received: shown(aud) };
}

/** @param now seconds since the epoch */
function failedTimeCheck({ exp, nbf, iat }: JsonObject, now: number): FailedCheck | undefined {
  if (typeof exp !== 'number' || exp <= now - CLOCK_SKEW_SECONDS) {
    return { check: 'expiry', expected: `later than ${time(now)}`, received: shownTime(exp) };
  }
  const latest = now + CLOCK_SKEW_SECONDS;
  const expected = `not later than ${time(now)}`;
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= latest)) {
    return { check: 'notBefore', expected, received: shownTime(nbf) };
  }
  if (iat !== undefined && !(typeof iat === 'number' && iat <= latest)) {
    return { check: 'issuedAt', expected, received: shownTime(iat) };
  }
  return undefined;
}

/** Maximum characters of a received value that are shown. */
const SHOWN = 120;

/** Returns a received value as text. */
export function shown(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (isArray(value)) return `a list of ${value.length}`;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const printable = text.replace(/\p{C}/gu, '?');
  return printable.length <= SHOWN ? printable : `${printable.slice(0, SHOWN)}…`;
}

function shownTime(value: Json | undefined): string {
  const isTime = typeof value === 'number' && Math.abs(value) < 1e11;
  return isTime ? time(value) : shown(value);
}

function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
