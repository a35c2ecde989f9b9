import type { Connection } from '../../directory/connections/connection';
import { Connections } from '../../directory/connections/connections';
import { allows, type Credential } from '../../directory/connections/credential';
import {
  openAccessToken,
  readAccessToken,
  type PresentedAccessToken,
} from '../../directory/connections/oauth/access-tokens';
import {
  findValidToken,
  isLive,
  type PresentedToken,
  readToken,
  type ScopedResources,
  tokenLength,
} from '../../directory/connections/tokens';
import type { Table } from '../../directory/store/table';
import type { Check, FailedCheck } from '../../idp/federation/claims';
import type { TokenProblemCode } from '../../idp/setup-check/setup-facts';
import { connectionDisabled, scopeMissing, unauthorized } from '../../scim/errors/access-errors';
import type { ScimError } from '../../scim/errors/scim-error';
import type { TokenVerifier } from '../federation/token-verifier';
import type { IdentifiedCaller } from '../observability/failure-recorder';
import type { RefusalReason } from '../observability/refusal-log';
import { bearerToken, presentedCredential, type PresentedJwt } from './presented-credential';
import type { ScimRequest } from './scim-request';

/** A connection's identity provider, authenticated. */
export interface Caller {
  readonly connection: Connection;
  readonly credential: Credential;
  /** SHA-256 of what was presented, base64url. */
  readonly digest: string;
}

/** A caller that is not let in. */
export interface Refusal {
  /** 401, the same whatever is wrong with the token, or 403 for a disabled connection. */
  readonly refusal: ScimError;
  /** Set if the caller presented a token that belongs or belonged to the connection. */
  readonly identified: IdentifiedCaller | undefined;
  /** Why the token is unknown, for the connection's log; never contains the secret. */
  readonly problem?: TokenProblem;
}

/** Reason why a request has no valid token. */
export interface TokenProblem {
  readonly code: TokenProblemCode;
  /** The same in words. */
  readonly detail: string;
  /** Number of characters that are missing from the token. */
  readonly missing?: number;
  /** The check that a token of the identity provider failed. */
  readonly failed?: FailedCheck;
}

/** What is known about a presented credential, once the connection has been read. */
type Identification =
  | { readonly credential: Credential }
  /** Id of a credential that the connection has had, or whose rotation is not complete. */
  | { readonly endedId: string }
  | { readonly problem: TokenProblem }
  /** An access token just after its end: the identity provider then obtains the next one. */
  | 'expired';

/** Seconds after its end in which the use of an access token is no mistake. */
const EXPECTED_SECONDS = 600;

/**
 * Authenticates a request by the connection in its URL and its bearer token; one table read.
 * @param verifier for tokens of the identity provider itself
 */
export async function authenticate(
  table: Table,
  request: ScimRequest,
  verifier: TokenVerifier,
): Promise<Caller | Refusal> {
  const presented = presentedCredential(request);
  if (presented === undefined) return refused(undefined, problemOf(request));
  const connection = await new Connections(table).find(presented.connection);
  if (connection === undefined) return { refusal: unauthorized(), identified: undefined };
  const found =
    'jwt' in presented
      ? await identifyJwt(presented, connection, table, verifier)
      : 'seal' in presented
        ? identifyAccessToken(presented, connection)
        : identifyToken(presented, connection);
  if (found === 'expired') return refused(undefined);
  if ('problem' in found) return refused(undefined, found.problem);
  if ('endedId' in found) return refused({ connection, token: found.endedId });
  const { credential } = found;
  if (connection.enabled) return { connection, credential, digest: presented.digest };
  // A pending token is only used by its own rotation, which handles the result itself.
  const isKnown = credential.pending !== true;
  const identified = isKnown ? { connection, token: credential.id } : undefined;
  return { refusal: connectionDisabled(), identified };
}

function refused(identified: IdentifiedCaller | undefined, problem?: TokenProblem): Refusal {
  return {
    refusal: unauthorized(),
    identified,
    ...(problem === undefined ? {} : { problem }),
  };
}

function identifyToken(
  presented: PresentedToken,
  { tokens, endedTokens = [] }: Connection,
): Identification {
  const { tokenId, digest } = presented;
  const credential = findValidToken(presented, tokens);
  if (credential !== undefined) return { credential };
  // Compared by digest: a token's id is not a secret.
  const known = [...tokens.map((token) => token.digest), ...endedTokens];
  if (known.includes(digest)) return { endedId: tokenId };
  const hasId = tokens.some((stored) => stored.id === tokenId && isLive(stored));
  return {
    problem: hasId
      ? {
          code: 'wrongSecret',
          detail: `the token has the id ${tokenId} of a valid token, but another secret`,
        }
      : { code: 'unknownToken', detail: 'no valid token of the connection has its id' },
  };
}

function identifyAccessToken(
  presented: PresentedAccessToken,
  { oauth }: Connection,
): Identification {
  const opened = openAccessToken(presented, oauth);
  if ('credential' in opened) return opened;
  switch (opened.problem) {
    case 'revoked':
      return { endedId: opened.id };
    case 'expired':
      return opened.seconds < EXPECTED_SECONDS
        ? 'expired'
        : {
            problem: {
              code: 'expiredAccessToken',
              detail: 'the access token has expired, and is used all the same',
            },
          };
    default:
      return {
        problem: {
          code: 'unknownAccessToken',
          detail: 'the access token was not issued by this connection, or its client was removed',
        },
      };
  }
}

async function identifyJwt(
  { jwt }: PresentedJwt,
  { oauth }: Connection,
  table: Table,
  verifier: TokenVerifier,
): Promise<Identification> {
  const trust = oauth?.trust;
  if (trust === undefined) {
    const detail = 'the token is one of the identity provider, and the connection trusts none';
    return { problem: { code: 'noTrust', detail } };
  }
  const failed = await verifier.failedCheck(table, trust, 'blankToken', jwt);
  if (failed !== undefined) return { problem: assertionProblem(failed) };
  return { credential: trust };
}

/** Says which check a token of the identity provider failed. */
export function assertionProblem(failed: FailedCheck): TokenProblem {
  const { check, expected, received } = failed;
  const detail = `the check "${check}" failed: expected ${expected}, received ${received}`;
  return { code: problemOfCheck(check), detail, failed };
}

function problemOfCheck(check: Check): TokenProblemCode {
  switch (check) {
    case 'issuer':
    case 'tenant':
    case 'subject':
    case 'audience':
      return 'assertionOfAnother';
    case 'issuerKeys':
      return 'issuerUnavailable';
    default:
      return 'assertionInvalid';
  }
}

/** Returns the entry of the connection's log about a problem. @param status of the answer */
export function refusalOf({ code, detail, failed }: TokenProblem, status: number): RefusalReason {
  const reason = { status, cause: 'tokenRefused', kind: failed?.check ?? code, detail } as const;
  return failed === undefined ? reason : { ...reason, failed };
}

/** Says what is wrong with a header that has no token of the connection in the URL. */
function problemOf(request: ScimRequest): TokenProblem {
  const { headers, connectionId } = request;
  if ((headers.get('authorization')?.trim() ?? '') === '') {
    return { code: 'noHeader', detail: 'the request has no Authorization header' };
  }
  const value = bearerToken(request);
  if (value === undefined) {
    return { code: 'noToken', detail: 'the Authorization header has no bearer token' };
  }
  if ((readToken(value) ?? readAccessToken(value)) !== undefined) {
    return { code: 'otherConnection', detail: 'the token is of another connection' };
  }
  if (!value.startsWith('scim_')) {
    return { code: 'foreignToken', detail: 'the token is not one of this service' };
  }
  const missing = tokenLength(connectionId) - value.length;
  return {
    code: 'incomplete',
    detail: 'the token is incomplete: it may have been cut off when it was copied',
    ...(value.startsWith(`scim_${connectionId}_`) && missing > 0 ? { missing } : {}),
  };
}

/** Checks that a credential's scopes cover a request. @throws ScimError 403 */
export function authorize(
  credential: Credential,
  resources: ScopedResources,
  access: 'read' | 'read-write',
): void {
  if (!allows(credential, resources, access)) throw scopeMissing(`${resources}:${access}`);
}
