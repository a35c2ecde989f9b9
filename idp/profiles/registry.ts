import { ENTRA } from './entra';
import { GENERIC } from './generic';
import { GOOGLE } from './google';
import { JUMPCLOUD } from './jumpcloud';
import { OKTA } from './okta';
import { ONELOGIN } from './onelogin';
import { PING } from './ping';
import type { Profile } from './profile';
import { RFC } from './rfc';

/** The identity providers that a connection can be created for. */
export const IDENTITY_PROVIDERS = [
  'entra',
  'okta',
  'jumpcloud',
  'onelogin',
  'google',
  'ping',
  'generic',
  'rfc',
] as const;
/** One of `IDENTITY_PROVIDERS`. */
export type IdentityProvider = (typeof IDENTITY_PROVIDERS)[number];

const PROFILES: Readonly<Record<IdentityProvider, Profile>> = {
  entra: ENTRA,
  okta: OKTA,
  jumpcloud: JUMPCLOUD,
  onelogin: ONELOGIN,
  google: GOOGLE,
  ping: PING,
  generic: GENERIC,
  rfc: RFC,
};

/**
 * Returns the profile of an identity provider.
 * @param identityProvider as stored; a name that only a later version knows (after a rollback) gets
 * the most tolerant profile
 */
export function profileOf(identityProvider: string): Profile {
  const name = IDENTITY_PROVIDERS.find((candidate) => candidate === identityProvider);
  return PROFILES[name ?? 'generic'];
}
