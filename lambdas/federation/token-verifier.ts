import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  importJWK,
  jwtVerify,
  type JWK,
  type JWTPayload,
} from 'jose';
import type { Trust } from '../../directory/connections/oauth/oauth-settings';
import type { Table } from '../../directory/store/table';
import {
  ALGORITHMS,
  CLOCK_SKEW_SECONDS,
  failedClaimCheck,
  readHeader,
  type FailedCheck,
} from '../../idp/federation/claims';
import { knownIssuer, type TokenUse } from '../../idp/federation/issuers';
import { isObject, parseJson, type JsonObject } from '../../scim/json';
import { IssuerKeys } from './issuer-keys';

/** Maximum characters of a token. Those of Entra ID have about 1,500. */
const MAXIMUM_CHARACTERS = 8192;

/**
 * Verifies tokens of identity providers. All that the token itself says is checked before a key is
 * looked for, so that a wrong token causes no call, and the administrators learn the first reason.
 */
export class TokenVerifier {
  private readonly keys: IssuerKeys;

  /**
   * @param allowsLoopback whether an issuer may be on this machine, for development
   * @param onFailure called with the error if an issuer does not answer
   */
  constructor(
    private readonly allowsLoopback: boolean,
    onFailure: (error: unknown) => void,
  ) {
    this.keys = new IssuerKeys(onFailure);
  }

  /**
   * Verifies a token.
   * @param use how the token was presented: a trust accepts one of the two ways
   * @returns the first check that failed; undefined if the token is one that the trust accepts
   */
  async failedCheck(
    table: Table,
    trust: Trust,
    use: TokenUse,
    token: string,
    now = Date.now(),
  ): Promise<FailedCheck | undefined> {
    const issuer = knownIssuer(trust.issuer, this.allowsLoopback);
    const parts = partsOf(token);
    if ('check' in parts) return parts;
    const { header, claims } = parts;
    if (issuer?.use !== use) {
      const received = use === 'assertion' ? 'an assertion' : 'a token in place of Secret Token';
      return { check: 'issuer', expected: `used as ${trust.issuer} is`, received };
    }
    const signature = readHeader(header);
    if ('check' in signature) return signature;
    const { subject, audiences } = trust;
    const failed = failedClaimCheck(claims, { issuer, subject, audiences }, now);
    if (failed !== undefined) return failed;
    const { keyId, algorithm } = signature;
    const key = await this.keys.find(table, issuer.keysUrl, keyId, now);
    if ('problem' in key) {
      return key.problem === 'unknownKey'
        ? { check: 'keyId', expected: `a key at ${issuer.keysUrl}`, received: keyId }
        : { check: 'issuerKeys', expected: `keys at ${issuer.keysUrl}`, received: 'no answer' };
    }
    const isSigned = await hasValidSignature(token, key.key, algorithm, now);
    if (isSigned) return undefined;
    return { check: 'signature', expected: `that of the key ${keyId}`, received: 'another' };
  }
}

/** Returns whether a token is signed with a key, for the algorithm that the key is made for. */
async function hasValidSignature(
  token: string,
  jwk: JsonObject,
  algorithm: string,
  now: number,
): Promise<boolean> {
  const { alg = algorithm } = jwk;
  if (alg !== algorithm) return false;
  try {
    const key = await importJWK(publicKey(jwk), algorithm);
    await jwtVerify(token, key, {
      algorithms: [...ALGORITHMS],
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: new Date(now),
    });
    return true;
  } catch (error) {
    // `TypeError` is what jose throws for a key that does not fit the algorithm.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return false;
    throw error;
  }
}

/** Returns the members of a published key that make up the key, without what else is in it. */
function publicKey({ kty, n, e, crv, x, y }: JsonObject): JWK {
  const members = Object.entries({ kty, n, e, crv, x, y });
  return Object.fromEntries(members.filter(([, value]) => typeof value === 'string'));
}

interface Parts {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

function partsOf(token: string): Parts | FailedCheck {
  if (token.length > MAXIMUM_CHARACTERS) {
    const expected = `at most ${MAXIMUM_CHARACTERS} characters`;
    return { check: 'size', expected, received: `${token.length} characters` };
  }
  try {
    return { header: asJson(decodeProtectedHeader(token)), claims: asJson(decodeJwt(token)) };
  } catch {
    return { check: 'form', expected: 'a signed JWT', received: 'other text' };
  }
}

/** Returns a decoded part as JSON, which its type does not say. */
function asJson(part: JWTPayload | object): JsonObject {
  const value = parseJson(JSON.stringify(part));
  return isObject(value) ? value : {};
}

/** Returns whether a bearer token is a JWT, by its form. */
export function isJwt(value: string): boolean {
  return /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(value);
}
