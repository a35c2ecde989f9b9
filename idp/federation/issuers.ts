/*
 * The issuers whose tokens a connection can trust: Microsoft's clouds. A tenant's issuer and the
 * address of its keys follow from the host, so that no token and no setting names an address that
 * this service calls.
 */

/** How an identity provider uses its tokens. */
export type TokenUse =
  /** It exchanges an assertion for an access token (RFC 7523 section 2.2). */
  | 'assertion'
  /** It sends the token itself with each request: Entra ID with a blank Secret Token. */
  | 'blankToken';

/** An issuer that this service knows. */
export interface KnownIssuer {
  readonly issuer: string;
  readonly tenantId: string;
  readonly use: TokenUse;
  /** The address of the issuer's keys. */
  readonly keysUrl: string;
}

/** The audience of the tokens that Entra ID sends if Secret Token is blank. */
export const BLANK_TOKEN_AUDIENCE = '8adf8e6e-67b2-4cf2-a259-e3dc5476c621';

/**
 * Hosts of Microsoft's clouds. `v1` is the host in the issuer of tokens in version 1, which a blank
 * Secret Token has; the tokens of the cloud for the US government have that of the public cloud,
 * whose keys differ, so that no host is given for it.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud
 */
const CLOUDS: readonly { readonly login: string; readonly v1?: string }[] = [
  { login: 'login.microsoftonline.com', v1: 'sts.windows.net' },
  { login: 'login.microsoftonline.us' },
  { login: 'login.partner.microsoftonline.cn', v1: 'sts.chinacloudapi.cn' },
];

const TENANT = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ISSUER = new RegExp(`^(https?://[a-z0-9.:-]+)/(${TENANT})/(v2\\.0)?$`);

/**
 * Returns what is known about an issuer.
 * @param allowsLoopback whether an issuer may be on this machine, for development
 * @returns undefined for any other issuer
 */
export function knownIssuer(issuer: string, allowsLoopback = false): KnownIssuer | undefined {
  const [, origin, tenantId, version] = ISSUER.exec(issuer) ?? [];
  if (origin === undefined || tenantId === undefined) return undefined;
  const base = keysOrigin(origin, version === undefined, allowsLoopback);
  if (base === undefined) return undefined;
  return version === undefined
    ? { issuer, tenantId, use: 'blankToken', keysUrl: `${base}/${tenantId}/discovery/keys` }
    : { issuer, tenantId, use: 'assertion', keysUrl: `${base}/${tenantId}/discovery/v2.0/keys` };
}

/** Returns how tokens of an issuer that a connection trusts are used, by the form of the issuer. */
export function tokenUseOf(issuer: string): TokenUse {
  return issuer.endsWith('/v2.0') ? 'assertion' : 'blankToken';
}

function keysOrigin(origin: string, isV1: boolean, allowsLoopback: boolean): string | undefined {
  if (allowsLoopback && /^http:\/\/(?:localhost|127\.0\.0\.1):\d+$/.test(origin)) return origin;
  const host = origin.replace('https://', '');
  const cloud = CLOUDS.find(({ login, v1 }) => host === (isV1 ? v1 : login));
  return cloud === undefined ? undefined : `https://${cloud.login}`;
}

/** Returns an audience in the form in which audiences are compared: without `/.default`. */
export function normalizedAudience(audience: string): string {
  return audience.replace(/\/\.default$/, '');
}

/**
 * Returns the audiences that a setting stands for. Entra ID writes an application as
 * `api://<id>/.default`, `api://<id>`, or `<id>`.
 */
export function acceptedAudiences(setting: string): readonly string[] {
  const audience = normalizedAudience(setting);
  const [, id] = /^(?:api:\/\/)?([0-9a-f-]{36})$/i.exec(audience) ?? [];
  return id === undefined ? [audience] : [id, `api://${id}`];
}
