/** The ways of OAuth that an identity provider offers in place of a bearer token. */
export interface OAuthWays {
  readonly clientCredentials: boolean;
  readonly federation: boolean;
}

const NONE: OAuthWays = { clientCredentials: false, federation: false };

/** Identity providers that do not offer both. */
const KNOWN: Readonly<Record<string, OAuthWays>> = {
  okta: NONE,
  jumpcloud: NONE,
  onelogin: NONE,
  google: NONE,
  // https://docs.pingidentity.com/pingone/integrations/p1_create_scim_connection.html
  ping: { clientCredentials: true, federation: false },
};

/** Returns what an identity provider offers; for an unknown one, both. */
export function oauthWaysOf(identityProvider: string): OAuthWays {
  return KNOWN[identityProvider] ?? { clientCredentials: true, federation: true };
}
