import { attribute, type Schema } from './attribute';
import type { CustomType } from './custom-type';

/*
 * Custom types that identity providers know. Adding one to `PRESETS` is all that it takes: the admin
 * API, the construct and the command line offer what stands there.
 */

/** A part of a custom type that a preset gives; the rest is up to whoever uses it. */
export type Preset = Pick<CustomType, 'schema' | 'managedBy' | 'assignedAs'> &
  Partial<Pick<CustomType, 'endpoint' | 'description'>>;

/**
 * Okta's schema of roles.
 * @see https://developer.okta.com/docs/guides/scim-with-entitlements/main
 */
const OKTA_ROLE: Schema = {
  id: 'urn:okta:scim:schemas:core:1.0:Role',
  name: 'Role',
  description: 'A role that users can have in the application.',
  attributes: [
    attribute('displayName', 'The name of the role, for people.', { required: true }),
    attribute('description', 'What the role allows.'),
  ],
};

/** Okta's schema of entitlements, which several types may share: licenses, profiles and so on. */
const OKTA_ENTITLEMENT: Schema = {
  id: 'urn:okta:scim:schemas:core:1.0:Entitlement',
  name: 'Entitlement',
  description: 'An entitlement that users can have in the application.',
  attributes: [
    attribute('displayName', 'The name of the entitlement, for people.', { required: true }),
    attribute('type', 'The kind of entitlement, such as License.'),
    attribute('description', 'What the entitlement allows.'),
  ],
};

/** The presets by name. */
export const PRESETS = {
  oktaRole: {
    schema: OKTA_ROLE,
    endpoint: '/Roles',
    managedBy: 'application',
    assignedAs: 'roles',
  },
  oktaEntitlement: {
    schema: OKTA_ENTITLEMENT,
    managedBy: 'application',
    assignedAs: 'entitlements',
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** The name of a preset. */
export type PresetName = keyof typeof PRESETS;

/** The names of the presets. */
export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];
