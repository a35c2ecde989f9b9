import { attribute, complex, type Schema } from './attribute';
import type { CustomType } from './custom-type';

/*
 * Custom types that identity providers know. All functions serve what is added to `PRESETS`; a
 * static method of `ScimResourceType` lets a stack declare it.
 */

/** Defaults that a preset gives to a custom type. */
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
    attribute('type', 'The name of the resource type, such as License.', { required: true }),
    attribute('description', 'What the entitlement allows.'),
  ],
};

/**
 * Agents after draft-wzdk-scim-agent-resource-00, an individual draft whose attributes may change:
 * experimental.
 */
const AGENT: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Agent',
  name: 'Agent',
  description: 'The identity of an AI agent (experimental).',
  attributes: [
    attribute('agentUserName', 'The unique name of the agent.', {
      required: true,
      uniqueness: 'server',
    }),
    attribute('displayName', 'The name of the agent, for people.'),
    attribute('description', 'What the agent does.'),
    attribute('active', 'Whether the agent may act.', { type: 'boolean' }),
    complex(
      'owners',
      'Who is responsible for the agent.',
      [
        attribute('value', 'The id of the user or group.', { caseExact: true }),
        attribute('$ref', 'The URI of the user or group.', {
          type: 'reference',
          referenceTypes: ['User', 'Group'],
        }),
        attribute('display', 'A name for people.'),
      ],
      { multiValued: true },
    ),
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
  agent: { schema: AGENT, endpoint: '/Agents', managedBy: 'client' },
} as const satisfies Readonly<Record<string, Preset>>;

/** The name of a preset. */
export type PresetName = keyof typeof PRESETS;

/** The names of the presets. */
export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];
