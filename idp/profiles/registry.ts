import { ENTRA } from './entra';
import { GENERIC } from './generic';
import { GOOGLE } from './google';
import { JUMPCLOUD } from './jumpcloud';
import { OKTA } from './okta';
import { ONELOGIN } from './onelogin';
import { PING } from './ping';
import type { Profile } from './profile';
import { RFC } from './rfc';

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

/** The profile of a connection. A name from a later version, after a rollback, is served with the most tolerant one. */
export function profileOf(identityProvider: string): Profile {
  const name = IDENTITY_PROVIDERS.find((candidate) => candidate === identityProvider);
  return PROFILES[name ?? 'generic'];
}
