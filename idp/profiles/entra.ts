import { GENERIC } from './generic';
import type { Profile } from './profile';

/**
 * Microsoft Entra ID, with and without the `aadOptscim062020` flag: the same tenant sends both
 * forms, because provisioning on demand ignores the flag (entra-docs
 * `application-provisioning-config-problem-scim-compatibility.md`). Entra ID shows most of the
 * deviations that any client shows. It expects 204 for every PATCH of a group
 * (`use-scim-to-provision-users-and-groups.md`).
 */
export const ENTRA: Profile = {
  ...GENERIC,
  name: 'entra',
  patchAnswer: 'noContent',
  // Entra ID's schema discovery treats every schema as one of users or groups and offers its
  // attributes for mapping.
  discoverySchemas: false,
};
