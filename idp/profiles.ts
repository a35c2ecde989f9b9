import { ENTRA } from './entra';
import { GENERIC } from './generic';
import { OKTA } from './okta';
import type { Profile } from './profile';
import { RFC } from './rfc';

export const IDENTITY_PROVIDERS = ['entra', 'okta', 'generic', 'rfc'] as const;
export type IdentityProvider = (typeof IDENTITY_PROVIDERS)[number];

const PROFILES: Readonly<Record<IdentityProvider, Profile>> = { entra: ENTRA, okta: OKTA, generic: GENERIC, rfc: RFC };

/** The profile of a connection. A name from a later version, after a rollback, is served with the most tolerant one. */
export function profileOf(identityProvider: string): Profile {
  const name = IDENTITY_PROVIDERS.find((candidate) => candidate === identityProvider);
  return PROFILES[name ?? 'generic'];
}
