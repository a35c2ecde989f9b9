import type { Connection } from '../../directory/connections/connection';
import { allows } from '../../directory/connections/credential';
import { sealAccessToken } from '../../directory/connections/oauth/access-tokens';
import { TOKEN_SCOPES, type TokenScope } from '../../directory/connections/tokens';
import { jsonAnswer, type Answer } from '../http/answer';
import type { AuthenticatedClient } from './authenticate-client';
import { NO_STORE, TokenError } from './token-error';

/** The scopes of a client that may do everything: write access includes read access. */
const ALL: readonly TokenScope[] = [
  'users:read-write',
  'groups:read-write',
  'resources:read-write',
];

/**
 * Issues an access token (RFC 6749 section 5.1).
 * @param requested the scopes asked for; empty for all of the client's
 * @throws TokenError 400 `invalid_scope`
 */
export function grantAccess(
  { id, oauth }: Connection,
  { credential, accessTokenSeconds, endsAt }: AuthenticatedClient,
  requested: readonly string[],
  now = Date.now(),
): Answer {
  if (oauth === undefined) throw new Error(`Connection ${id} has a client, but no key.`);
  const scopes = grantedScopes(credential.scopes, requested);
  const end = endsAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(endsAt);
  const expires = Math.floor(Math.min(now + accessTokenSeconds * 1000, end) / 1000);
  return jsonAnswer(
    200,
    {
      access_token: sealAccessToken(oauth, id, { credential: credential.id, expires, scopes }),
      token_type: 'Bearer',
      expires_in: Math.max(0, expires - Math.floor(now / 1000)),
      scope: (scopes ?? ALL).join(' '),
    },
    NO_STORE,
  );
}

/**
 * Returns the scopes of an access token. Entra ID asks for `<audience>/.default`, which stands for
 * all that the client may do.
 */
function grantedScopes(
  owned: readonly TokenScope[] | undefined,
  requested: readonly string[],
): readonly TokenScope[] | undefined {
  const named = requested.filter((scope) => !scope.endsWith('/.default'));
  if (named.length === 0) return owned;
  const known = TOKEN_SCOPES.filter((scope) => named.includes(scope));
  if (known.length < new Set(named).size) {
    throw new TokenError('invalid_scope', `The scopes are ${TOKEN_SCOPES.join(', ')}.`);
  }
  const missing = known.filter((scope) => !isCovered(scope, owned));
  if (missing.length > 0) {
    throw new TokenError('invalid_scope', `The client lacks ${missing.join(', ')}.`);
  }
  // A token for all that an unlimited client may do is unlimited, too.
  return owned === undefined && ALL.every((scope) => known.includes(scope)) ? undefined : known;
}

function isCovered(scope: TokenScope, owned: readonly TokenScope[] | undefined): boolean {
  const access = scope.endsWith(':read-write') ? 'read-write' : 'read';
  const resources = (['users', 'groups', 'resources'] as const).find((each) =>
    scope.startsWith(`${each}:`),
  );
  return (
    resources !== undefined &&
    allows(owned === undefined ? {} : { scopes: owned }, resources, access)
  );
}
